import { cp, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The packages that the lesson pins. */
const PINS = [
  'fastapi==0.111.0',
  'uvicorn[standard]==0.29.0',
  'pydantic==2.7.1',
  'scikit-learn==1.5.0',
  'numpy==1.26.4',
  'pandas==2.2.2',
  'mlflow==2.13.0',
  'joblib==1.4.2',
];
/** One pin as somebody would change it. */
export const changePin = (requirements: string): string => requirements.replace('joblib==1.4.2', 'joblib==1.4.0');
/** One pin of the model's own packages. */
export const changeModelPin = (requirements: string): string => requirements.replace('scikit-learn==1.5.0', 'scikit-learn==1.4.2');

const COMPILERS = 'RUN apt-get update && apt-get install -y --no-install-recommends gcc g++ libgomp1 && rm -rf /var/lib/apt/lists/*';
const START = 'CMD ["uvicorn", "src.api.app:app", "--host", "0.0.0.0", "--port", "8000"]';

/** Dockerfiles as the lesson has them: the steps are its own, reduced to what decides size and time. */
export const LESSON_DOCKERFILES = {
  'lesson, multi-stage': `ARG PYTHON_IMAGE
FROM \${PYTHON_IMAGE} AS builder
ENV PYTHONDONTWRITEBYTECODE=1
${COMPILERS}
WORKDIR /build
COPY requirements.txt .
RUN pip install --upgrade pip && pip install --no-cache-dir --prefix=/install -r requirements.txt
FROM \${PYTHON_IMAGE} AS runtime
ENV PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=/app
RUN apt-get update && apt-get install -y --no-install-recommends libgomp1 curl && rm -rf /var/lib/apt/lists/*
RUN useradd --create-home --shell /bin/bash appuser
WORKDIR /app
COPY --from=builder /install /usr/local
COPY --chown=appuser:appuser src/ ./src/
COPY --chown=appuser:appuser models/ ./models/
USER appuser
${START}
`,
  'lesson, single stage': `ARG PYTHON_IMAGE
FROM \${PYTHON_IMAGE}
${COMPILERS}
WORKDIR /app
COPY requirements.txt .
RUN pip install --upgrade pip && pip install -r requirements.txt
COPY src/ ./src/
COPY models/ ./models/
${START}
`,
  'lesson, wrong order': `ARG PYTHON_IMAGE
FROM \${PYTHON_IMAGE}
${COMPILERS}
WORKDIR /app
COPY . .
RUN pip install --upgrade pip && pip install -r requirements.txt
${START}
`,
} as const;

/** A folder to build one of the lesson's Dockerfiles in, with the sources and the model of a service. */
export async function lessonContext(directory: string, service: string, dockerfile: string): Promise<string> {
  await mkdir(directory, { recursive: true });
  for (const part of ['src', 'models']) await cp(join(service, part), join(directory, part), { recursive: true });
  await writeFile(join(directory, 'requirements.txt'), `${PINS.join('\n')}\n`);
  await writeFile(join(directory, 'Dockerfile'), dockerfile);
  return directory;
}
