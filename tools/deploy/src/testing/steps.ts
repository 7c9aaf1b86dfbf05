/** What the deploy is about when it sends a request, in few words: `connect`, `apply deployments`, `watch pods`, `record`. */
export function stepOf(method: string, url: string): string {
  const { pathname, searchParams } = new URL(url, 'https://server');
  if (pathname === '/version') return 'connect';
  const [resource = '', name, subresource] = partsOf(pathname);
  switch (method) {
    case 'GET':
      if (subresource === 'log') return 'log';
      if (subresource === 'proxy') return 'verify';
      if (searchParams.get('watch') === 'true') return `watch ${resource}`;
      if (searchParams.get('continue')) return `list more ${resource}`;
      if (name) return `read ${resource}`;
      if (resource === '') return 'discover';
      return pathname === '/api/v1/pods' ? 'list all pods' : `list ${resource}`;
    case 'PATCH':
      if (searchParams.get('dryRun')) return `dry-run ${resource}`;
      return name?.endsWith('.applyset') ? 'books' : `apply ${resource}`;
    case 'POST':
      if (subresource === 'proxy') return 'verify';
      return resource === 'configmaps' ? 'record' : `create ${resource}`;
    case 'PUT':
      return searchParams.get('dryRun') ? `try ${resource}` : `replace ${resource}`;
    default:
      return `${method.toLowerCase()} ${resource}`;
  }
}

/** Resource, name and subresource of `/apis/apps/v1/namespaces/ml/deployments/churn`. */
function partsOf(pathname: string): string[] {
  const parts = pathname.split('/').slice(pathname.startsWith('/api/') ? 3 : 4);
  return parts[0] === 'namespaces' && parts.length > 2 ? parts.slice(2) : parts;
}
