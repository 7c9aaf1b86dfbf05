import { unwrap } from '@modelyard/core';
import { scaffoldService, scaffoldWorkspace, type WorkspaceSink } from '@modelyard/standards';
import { parseModelServiceAnswers, parseWorkspaceAnswers } from '@modelyard/templates';

const FOLDER = 'examples/acme-ml';

/** The example: what `create-modelyard acme-ml --yes` and `nx g model-service churn` write, without the packed templates. */
export function exampleFiles(): Map<string, string> {
  const files = new Map<string, string>();
  const sink: WorkspaceSink = {
    exists: (path) => files.has(`${FOLDER}/${path}`),
    read: (path) => files.get(`${FOLDER}/${path}`),
    write: (path, text) => files.set(`${FOLDER}/${path}`, text),
    writeBytes: () => {},
  };
  scaffoldWorkspace(sink, unwrap(parseWorkspaceAnswers({ name: 'acme-ml' }, 'example')));
  scaffoldService(sink, 'services/churn', unwrap(parseModelServiceAnswers({ name: 'churn' }, 'example')));
  return files;
}
