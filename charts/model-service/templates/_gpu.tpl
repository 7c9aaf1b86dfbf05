{{/* What a claimed GPU must be, as JSON: a list of CEL expressions below "all". */}}
{{- define "modelyard.deviceConditions" -}}
{{- $gpu := .deploy.gpu -}}
{{- $all := list -}}
{{- if contains "/mig-" $gpu.resource -}}
  {{- $name := trimPrefix "nvidia.com/mig-" $gpu.resource -}}
  {{- $size := regexFind "^[0-9]+g\\.[0-9]+gb" $name -}}
  {{- $profile := regexReplaceAll "\\+$" (printf "%s+%s" $size (trimPrefix $size $name | trimPrefix ".")) "" -}}
  {{- $all = append $all (printf "device.attributes[\"gpu.nvidia.com\"].profile == \"%s\"" $profile) -}}
{{- end -}}
{{- if hasKey $gpu "memoryMiB" -}}
  {{- $all = append $all (printf "device.capacity[\"gpu.nvidia.com\"].memory.compareTo(quantity(\"%dMi\")) >= 0" (int $gpu.memoryMiB)) -}}
{{- end -}}
{{- if $gpu.products -}}
  {{- $names := list -}}
  {{- range $gpu.products }}{{- $names = append $names (printf "\"%s\"" .) }}{{- end -}}
  {{- $all = append $all (printf "device.attributes[\"gpu.nvidia.com\"].productName.replace(\" \", \"-\") in [%s]" (join ", " $names)) -}}
{{- end -}}
{{- dict "all" $all | toJson -}}
{{- end -}}

{{/* A template can never change: another content is another template. */}}
{{- define "modelyard.claimTemplateName" -}}
{{- $text := printf "%s\n%d\n" .deploy.gpu.deviceClass (int .deploy.gpus) -}}
{{- range (include "modelyard.deviceConditions" . | fromJson).all }}{{- $text = printf "%s%s\n" $text . }}{{- end -}}
{{- printf "%s-gpu-%s" .name (sha256sum $text | trunc 8) -}}
{{- end -}}

{{/* What the labels of a node must say, by GPU feature discovery, as JSON: a list below "all". */}}
{{- define "modelyard.nodeRequirements" -}}
{{- $gpu := .deploy.gpu -}}
{{- $all := list -}}
{{- if and (gt (int .deploy.gpus) 0) (not $gpu.isClaimed) -}}
  {{- if hasKey $gpu "memoryMiB" -}}
    {{- $label := printf "%s.memory" (trimSuffix ".shared" $gpu.resource) -}}
    {{- $all = append $all (dict "key" $label "operator" "Gt" "values" (list (toString (sub (int $gpu.memoryMiB) 1)))) -}}
  {{- end -}}
  {{- if $gpu.products -}}
    {{- $all = append $all (dict "key" "nvidia.com/gpu.product" "operator" "In" "values" $gpu.products) -}}
  {{- end -}}
{{- end -}}
{{- dict "all" $all | toJson -}}
{{- end -}}
