{{/* The rules between keys that would give a broken object; modelyard itself tells all of them, with line and column. */}}
{{- define "modelyard.check" -}}
{{- $deploy := .deploy -}}
{{- $scaling := get $deploy "autoscaling" | default dict -}}
{{- $wrong := list -}}
{{- if hasKey $deploy "autoscaling" -}}
  {{- if hasKey $deploy "replicas" }}{{- $wrong = append $wrong "\"deploy.replicas\" and \"autoscaling\" exclude each other" }}{{- end -}}
  {{- if not (hasKey $scaling "maxReplicas") -}}
    {{- $wrong = append $wrong "\"deploy.autoscaling.maxReplicas\" is missing" -}}
  {{- else if gt $deploy.sureReplicas (int $scaling.maxReplicas) -}}
    {{- $wrong = append $wrong (printf "\"deploy.autoscaling.minReplicas\" is %d, more than maxReplicas: %d" $deploy.sureReplicas (int $scaling.maxReplicas)) -}}
  {{- end -}}
{{- end -}}
{{- $disruption := $deploy.disruption -}}
{{- if and (hasKey $disruption "minAvailable") (hasKey $disruption "maxUnavailable") -}}
  {{- $wrong = append $wrong "\"deploy.disruption.minAvailable\" and \"maxUnavailable\" exclude each other" -}}
{{- end -}}
{{- if or (eq (toString (get $disruption "maxUnavailable")) "0%") (and (hasKey $disruption "minAvailable") (ge (int (get $disruption "minAvailable")) $deploy.sureReplicas)) -}}
  {{- $wrong = append $wrong "\"deploy.disruption\" lets no pod go: no node with one could ever be drained" -}}
{{- end -}}
{{- $none := list "0" "0%" -}}
{{- if and (has (toString (get $deploy.rollout "maxSurge")) $none) (has (toString (get $deploy.rollout "maxUnavailable")) $none) -}}
  {{- $wrong = append $wrong "\"deploy.rollout.maxUnavailable\" and \"maxSurge\" are both 0: no pod could ever be replaced" -}}
{{- end -}}
{{- if hasSuffix ".shared" $deploy.gpu.resource -}}
  {{- if gt $deploy.gpus 1 }}{{- $wrong = append $wrong (printf "\"gpus\" is %d of the shared \"%s\"" $deploy.gpus $deploy.gpu.resource) }}{{- end -}}
  {{- if $deploy.gpu.isClaimed }}{{- $wrong = append $wrong "time slices of the device plugin cannot be claimed" }}{{- end -}}
{{- end -}}
{{- $names := dict -}}
{{- range $deploy.secrets -}}
  {{- if or (hasKey $names .env) (hasKey $deploy.env .env) }}{{- $wrong = append $wrong (printf "variable \"%s\" has two sources" .env) }}{{- end -}}
  {{- $_ := set $names .env true -}}
{{- end -}}
{{- if and .source (hasKey $deploy.env "MODEL_PATH") }}{{- $wrong = append $wrong "\"deploy.env.MODEL_PATH\" has no effect: the model is mounted where model.path says" }}{{- end -}}
{{- if and .source (ne (len .source) 1) }}{{- $wrong = append $wrong "\"model.source\" names pvc and image" }}{{- end -}}
{{- $resources := $deploy.resources -}}
{{- if hasKey $resources "cpuLimit" -}}
  {{- if lt (include "modelyard.number" $resources.cpuLimit | float64) (include "modelyard.number" $resources.cpu | float64) -}}
    {{- $wrong = append $wrong (printf "\"deploy.resources.cpuLimit\" is \"%s\", less than the request of \"%s\"" $resources.cpuLimit $resources.cpu) -}}
  {{- end -}}
{{- end -}}
{{- if and (hasKey $deploy "route") (hasKey $deploy "ingress") }}{{- $wrong = append $wrong "\"deploy.ingress\" and \"route\" exclude each other" }}{{- end -}}
{{- if and (hasKey $deploy "route") (not (hasKey ($deploy.route | default dict) "gateway")) }}{{- $wrong = append $wrong "\"deploy.route.gateway\" is missing" }}{{- end -}}
{{- if and (hasKey $deploy "ingress") (not (hasKey ($deploy.ingress | default dict) "host")) }}{{- $wrong = append $wrong "\"deploy.ingress.host\" is missing" }}{{- end -}}
{{- range $peer := (get $deploy.network "from") | default list -}}
  {{- if eq (len $peer) 0 }}{{- $wrong = append $wrong "an entry of \"deploy.network.from\" names nobody" }}{{- end -}}
  {{- if and (hasKey $peer "cidr") (gt (len $peer) 1) }}{{- $wrong = append $wrong "\"cidr\" stands alone in an entry of \"deploy.network.from\"" }}{{- end -}}
{{- end -}}
{{- if or (gt (len .name) 46) (not (regexMatch "^[a-z]([a-z0-9-]*[a-z0-9])?$" .name)) -}}
  {{- $wrong = append $wrong (printf "name \"%s\" cannot become a DNS label of at most 46 characters" .name) -}}
{{- end -}}
{{- $maps := list (get $deploy.pod "labels") (get $deploy.pod "annotations") (get $deploy.workload "labels") (get $deploy.workload "annotations") -}}
{{- $maps = append $maps (get (get $deploy "monitoring" | default dict) "labels") -}}
{{- $maps = append $maps (get (get $deploy "ingress" | default dict) "annotations") -}}
{{- range $map := $maps -}}
  {{- range $key, $_ := $map | default dict -}}
    {{- if regexMatch "^(((app|applyset|container\\.apparmor\\.security\\.beta|deployment|pod-security|seccomp\\.security\\.alpha)\\.kubernetes\\.io|modelyard\\.dev)/|pod-template-hash$)" $key -}}
      {{- $wrong = append $wrong (printf "\"%s\" is set by Modelyard or Kubernetes themselves" $key) -}}
    {{- end -}}
  {{- end -}}
{{- end -}}
{{- if $wrong }}{{- fail (printf "\n%s" (join "\n" $wrong)) }}{{- end -}}
{{- end -}}
