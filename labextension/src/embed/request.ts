// Requests of a page that the Jupyter server itself served: its cookie signs in, its XSRF token allows edits.

import type { Request } from '../ui/source';

export function pageRequest(baseUrl: string): Request {
  return (path, init) => {
    const headers = new Headers(init.headers);
    const token = init.method === 'GET' ? null : xsrfToken(document.cookie);
    if (token) {
      headers.set('X-XSRFToken', token);
    }
    return fetch(baseUrl + path, { ...init, headers, credentials: 'same-origin' });
  };
}

/** The value of the `_xsrf` cookie, or null. */
export function xsrfToken(cookies: string): string | null {
  const found = /(?:^|;\s*)_xsrf=([^;]*)/.exec(cookies);
  return found?.[1] ? decodeURIComponent(found[1]) : null;
}
