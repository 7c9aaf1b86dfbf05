/** What the kubelet says of a Secret, a ConfigMap or a key that a pod refers to and that is not there. */
const MISSING =
  /(secret|configmap) "([^"]+)" not found|couldn't find key (\S+) in (Secret|ConfigMap) (\S+)|references non-existent (secret|config) key/i;

/** Whether a message is about something that is referred to and missing; it may still be created. */
export const isReferenceMissing = (message: string): boolean => MISSING.test(message);

const SECRET_REMEDY = 'create the Secret with this key in the namespace, or mend deploy.secrets in model-service.yaml';
const CONFIG_REMEDY = 'a deploy makes the ConfigMap of a service: deploy again, and see who deletes it';

/** What to do about what is referred to and missing. */
export const referenceRemedy = (message: string): string => (/configmap|config key/i.test(message) ? CONFIG_REMEDY : SECRET_REMEDY);
