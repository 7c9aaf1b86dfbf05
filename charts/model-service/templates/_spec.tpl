{{/* The spec as it holds in one environment, with its defaults filled in, as YAML. */}}
{{- define "modelyard.spec" -}}
{{- $base := .Values.deploy | default dict -}}
{{- $over := get (.Values.environments | default dict) .Values.environment | default dict -}}
{{- $resources := dict "cpu" "250m" "memory" "512Mi" "ephemeralStorage" "256Mi" -}}
{{- $env := dict -}}
{{- range $layer := list $base $over -}}
  {{- range $key, $value := $layer.resources | default dict }}{{- $_ := set $resources $key $value }}{{- end -}}
  {{- range $key, $value := $layer.env | default dict }}{{- $_ := set $env $key $value }}{{- end -}}
{{- end -}}
{{- $deploy := dict "replicas" 1 "gpus" 0 "secrets" list -}}
{{- range $layer := list $base $over -}}
  {{- range $key := list "replicas" "gpus" "secrets" -}}
    {{- if hasKey $layer $key }}{{- $_ := set $deploy $key (get $layer $key) }}{{- end -}}
  {{- end -}}
{{- end -}}
{{- $_ := set $deploy "resources" $resources -}}
{{- $_ := set $deploy "env" $env -}}
{{- $model := .Values.model | default dict -}}
{{- $serve := .Values.serve | default dict -}}
{{- dict
  "name" (required "name is missing: pass a model-service.yaml with -f" .Values.name)
  "owner" (.Values.owner | default "unowned")
  "loadBudgetSeconds" (int (get $model "loadBudgetSeconds" | default 60))
  "port" (int (get $serve "port" | default 8000))
  "workers" (int (get $serve "workers" | default 1))
  "deploy" $deploy
  | toYaml -}}
{{- end -}}

{{- define "modelyard.selector" -}}
app.kubernetes.io/instance: {{ .name | quote }}
app.kubernetes.io/name: {{ .name | quote }}
{{- end -}}

{{- define "modelyard.labels" -}}
{{ include "modelyard.selector" . }}
app.kubernetes.io/managed-by: modelyard
app.kubernetes.io/part-of: model-services
{{- end -}}

{{- define "modelyard.metadata" -}}
name: {{ .spec.name | quote }}
namespace: {{ .root.Release.Namespace | quote }}
labels:
  {{- include "modelyard.labels" .spec | nindent 2 }}
annotations:
  modelyard.dev/environment: {{ .root.Values.environment | quote }}
  modelyard.dev/owner: {{ .spec.owner | quote }}
{{- end -}}

{{/* Cores of a quantity, as a number. */}}
{{- define "modelyard.cores" -}}
{{- $factors := dict "m" 0.001 "k" 1e3 "M" 1e6 "G" 1e9 "T" 1e12 "P" 1e15 "E" 1e18 "Ki" 1024.0 "Mi" 1048576.0 "Gi" 1073741824.0 "Ti" 1099511627776.0 "Pi" 1125899906842624.0 "Ei" 1152921504606846976.0 -}}
{{- $number := regexFind "^[0-9.]+" . -}}
{{- $unit := trimPrefix $number . -}}
{{- mulf (float64 $number) (get $factors $unit | default 1.0) -}}
{{- end -}}

{{/* The plain environment of the container, as YAML. */}}
{{- define "modelyard.environment" -}}
{{- $resources := .deploy.resources -}}
{{- $cores := include "modelyard.cores" (toString ($resources.cpuLimit | default $resources.cpu)) | float64 | ceil | int -}}
{{- $threads := max 1 (div $cores .workers) | toString -}}
{{- $data := dict "LOG_LEVEL" "INFO" "OMP_NUM_THREADS" "1" "OPENBLAS_NUM_THREADS" "1" "SCORING_THREADS" $threads "UVICORN_PORT" (toString .port) "WEB_CONCURRENCY" (toString .workers) -}}
{{- range $name, $value := .deploy.env }}{{- $_ := set $data $name $value }}{{- end -}}
{{- toYaml $data -}}
{{- end -}}

{{/* sha256 over names and values, each value with its length in bytes. */}}
{{- define "modelyard.configHash" -}}
{{- $text := "" -}}
{{- range $name, $value := include "modelyard.environment" . | fromYaml -}}
  {{- $text = printf "%s%s %d %s\n" $text $name (len $value) $value -}}
{{- end -}}
{{- sha256sum $text -}}
{{- end -}}
