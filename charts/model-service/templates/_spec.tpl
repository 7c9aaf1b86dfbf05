{{/*
The spec as it holds in one environment, with its defaults filled in, as JSON. It is packages/core/src/deploy-spec.ts once more, in
the only language that Helm reads; a test compares what both render.
*/}}
{{- define "modelyard.spec" -}}
{{- range $key := list "name" "python" "framework" "model" -}}
  {{- $_ := required (printf "%s is missing: pass a model-service.yaml with -f" $key) (get $.Values $key) -}}
{{- end -}}
{{- $deploy := deepCopy (.Values.deploy | default dict) -}}
{{- $over := deepCopy (get (.Values.environments | default dict) .Values.environment | default dict) -}}
{{- $model := deepCopy (.Values.model | default dict) -}}
{{- $source := get (get $over "model" | default dict) "source" | default (get $model "source") -}}
{{- $_ := unset $over "model" -}}
{{- include "modelyard.merge" (dict "into" $deploy "over" $over "block" "") -}}
{{- include "modelyard.withDefaults" $deploy -}}
{{- $serve := .Values.serve | default dict -}}
{{- $spec := dict
  "name" (.Values.name | default .Release.Name)
  "owner" (.Values.owner | default "unowned")
  "loadBudgetSeconds" (int (get $model "loadBudgetSeconds" | default 60))
  "modelPath" (printf "/app/%s" (get $model "path"))
  "source" ($source | default dict)
  "port" (int (get $serve "port" | default 8000))
  "workers" (int (get $serve "workers" | default 1))
  "deploy" $deploy
-}}
{{- include "modelyard.check" $spec -}}
{{- toJson $spec -}}
{{- end -}}

{{/* Lays one map over another: maps by key, lists and values replaced. A key takes the place of the one that it excludes. */}}
{{- define "modelyard.merge" -}}
{{- $into := .into -}}
{{- $block := .block -}}
{{- $rivals := dict -}}
{{- if eq $block "" -}}
  {{- $rivals = dict "replicas" "autoscaling" "autoscaling" "replicas" "route" "ingress" "ingress" "route" -}}
{{- else if eq $block "disruption" -}}
  {{- $rivals = dict "maxUnavailable" "minAvailable" "minAvailable" "maxUnavailable" -}}
{{- end -}}
{{- range $key, $value := .over -}}
  {{- $isOff := and (kindIs "map" $value) (eq (toString (get (ternary $value dict (kindIs "map" $value)) "enabled")) "false") -}}
  {{- if and (hasKey $rivals $key) (not $isOff) }}{{- $_ := unset $into (get $rivals $key) }}{{- end -}}
{{- end -}}
{{- range $key, $value := .over -}}
  {{- $below := get $into $key -}}
  {{- if and (kindIs "map" $value) (kindIs "map" $below) -}}
    {{- include "modelyard.merge" (dict "into" $below "over" $value "block" (ternary $key (printf "%s.%s" $block $key) (eq $block ""))) -}}
  {{- else -}}
    {{- $_ := set $into $key $value -}}
  {{- end -}}
{{- end -}}
{{- end -}}

{{/* Fills in what a merged deploy does not say; blocks that are switched off are taken out. */}}
{{- define "modelyard.withDefaults" -}}
{{- $deploy := . -}}
{{- range $key := list "autoscaling" "disruption" "network" "route" "ingress" "monitoring" -}}
  {{- if eq (toString (get (get $deploy $key | default dict) "enabled")) "false" }}{{- $_ := set $deploy $key (dict "off" true) }}{{- end -}}
{{- end -}}
{{- range $key := list "autoscaling" "route" "ingress" "monitoring" -}}
  {{- if hasKey (get $deploy $key | default dict) "off" }}{{- $_ := unset $deploy $key }}{{- end -}}
{{- end -}}
{{- $resources := get $deploy "resources" | default dict -}}
{{- range $key, $value := dict "cpu" "250m" "memory" "512Mi" "ephemeralStorage" "256Mi" -}}
  {{- if not (hasKey $resources $key) }}{{- $_ := set $resources $key $value }}{{- end -}}
{{- end -}}
{{- $_ := set $deploy "resources" $resources -}}
{{- range $key := list "env" "nodeSelector" "rollout" "pod" "workload" "gpu" "disruption" "network" -}}
  {{- if not (hasKey $deploy $key) }}{{- $_ := set $deploy $key dict }}{{- end -}}
{{- end -}}
{{- range $key := list "secrets" "tolerations" -}}
  {{- if not (hasKey $deploy $key) }}{{- $_ := set $deploy $key list }}{{- end -}}
{{- end -}}
{{- $_ := set $deploy "gpus" (int (get $deploy "gpus" | default 0)) -}}
{{- $sure := ternary (get $deploy "replicas") 1 (hasKey $deploy "replicas") -}}
{{- if hasKey $deploy "autoscaling" }}{{- $sure = get $deploy.autoscaling "minReplicas" | default 1 }}{{- end -}}
{{- $_ := set $deploy "sureReplicas" (int $sure) -}}
{{- $gpu := $deploy.gpu -}}
{{- $_ := set $gpu "resource" (get $gpu "resource" | default "nvidia.com/gpu") -}}
{{- $_ := set $gpu "claim" (get $gpu "claim" | default "device-plugin") -}}
{{- $_ := set $gpu "deviceClass" (get $gpu "deviceClass" | default (ternary "mig.nvidia.com" "gpu.nvidia.com" (contains "/mig-" $gpu.resource))) -}}
{{- $_ := set $gpu "isClaimed" (and (gt $deploy.gpus 0) (eq $gpu.claim "dra")) -}}
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

{{/* Metadata of an object; "labels" and "annotations" are handed through below our own, "more" are annotations of our own. */}}
{{- define "modelyard.metadata" -}}
{{- $labels := deepCopy (.labels | default dict) -}}
{{- range $key, $value := include "modelyard.labels" .spec | fromYaml }}{{- $_ := set $labels $key $value }}{{- end -}}
{{- $annotations := deepCopy (.annotations | default dict) -}}
{{- range $key, $value := .more | default dict }}{{- if $value }}{{- $_ := set $annotations $key $value }}{{- end }}{{- end -}}
{{- $_ := set $annotations "modelyard.dev/environment" .root.Values.environment -}}
{{- $_ := set $annotations "modelyard.dev/owner" .spec.owner -}}
name: {{ .name | default .spec.name | quote }}
namespace: {{ .root.Release.Namespace | quote }}
labels:
  {{- include "modelyard.strings" $labels | trim | nindent 2 }}
annotations:
  {{- include "modelyard.strings" $annotations | trim | nindent 2 }}
{{- end -}}

{{/* The number that a quantity stands for. */}}
{{- define "modelyard.number" -}}
{{- $factors := dict "m" 0.001 "k" 1e3 "M" 1e6 "G" 1e9 "T" 1e12 "P" 1e15 "E" 1e18 "Ki" 1024.0 "Mi" 1048576.0 "Gi" 1073741824.0 "Ti" 1099511627776.0 "Pi" 1125899906842624.0 "Ei" 1152921504606846976.0 -}}
{{- $number := regexFind "^[0-9.]+" . -}}
{{- $unit := trimPrefix $number . -}}
{{- mulf (float64 $number) (get $factors $unit | default 1.0) -}}
{{- end -}}

{{/* The plain environment of the container, as YAML. */}}
{{- define "modelyard.environment" -}}
{{- $resources := .deploy.resources -}}
{{- $cores := include "modelyard.number" (toString ($resources.cpuLimit | default $resources.cpu)) | float64 | ceil | int -}}
{{- $threads := max 1 (div $cores (int .workers)) | toString -}}
{{- $data := dict "LOG_LEVEL" "INFO" "OMP_NUM_THREADS" "1" "OPENBLAS_NUM_THREADS" "1" "SCORING_THREADS" $threads "UVICORN_PORT" (toString (int .port)) "WEB_CONCURRENCY" (toString (int .workers)) -}}
{{- if .source }}{{- $_ := set $data "MODEL_PATH" .modelPath }}{{- end -}}
{{- range $name, $value := .deploy.env }}{{- $_ := set $data $name $value }}{{- end -}}
{{- include "modelyard.strings" $data -}}
{{- end -}}

{{/* A map of strings, every key and value quoted: "33e762" is no number then, whoever reads it. "%+q" also escapes what YAML takes only so. */}}
{{- define "modelyard.strings" -}}
{{- if not . }}{}{{ end -}}
{{- range $key, $value := . }}
{{ printf "%+q" $key }}: {{ printf "%+q" $value }}
{{- end }}
{{- end -}}

{{/* sha256 over names and values, each value with its length in bytes. */}}
{{- define "modelyard.configHash" -}}
{{- $text := "" -}}
{{- range $name, $value := include "modelyard.environment" . | fromYaml -}}
  {{- $text = printf "%s%s %d %s\n" $text $name (len $value) $value -}}
{{- end -}}
{{- sha256sum $text -}}
{{- end -}}
