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

/** A server that does not answer within this time is taken to be away. */
const REACH_MS = 10_000;

/** Whether anything answers at an address: asked only when a person wants to go there, without telling who asks. */
export async function reaches(url: string): Promise<boolean> {
  try {
    await fetch(url, {
      method: 'HEAD',
      mode: 'no-cors',
      credentials: 'omit',
      referrerPolicy: 'no-referrer',
      signal: AbortSignal.timeout(REACH_MS),
    });
    return true;
  } catch {
    return false;
  }
}
