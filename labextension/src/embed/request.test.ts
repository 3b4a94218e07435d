// Requests of the embed page: the cookie signs in, the XSRF token goes with edits only.

import { afterEach, expect, it, vi } from 'vitest';
import { pageRequest, xsrfToken } from './request';

afterEach(() => vi.unstubAllGlobals());

it.each([
  ['_xsrf=2|ab|cd', '2|ab|cd'],
  ['a=1; _xsrf=2%7Cab; b=2', '2|ab'],
  ['not_xsrf=1', null],
  ['', null],
])('finds the token in %j', (cookies, token) => {
  expect(xsrfToken(cookies)).toBe(token);
});

it('sends the token with an edit, not with a read', async () => {
  // biome-ignore lint/suspicious/noDocumentCookie: what the server does by a header
  document.cookie = '_xsrf=token';
  const asked: [string, RequestInit][] = [];
  vi.stubGlobal('fetch', async (url: string, init: RequestInit) => {
    asked.push([url, init]);
    return Response.json({});
  });
  const request = pageRequest('/base/');
  await request('trackkit/api/about', { method: 'GET' });
  await request('trackkit/api/rename', { method: 'POST', headers: { 'Content-Type': 'application/json' } });
  const [read, edit] = asked.map(([url, init]) => ({ url, ...init, headers: new Headers(init.headers) }));
  expect(read?.url).toBe('/base/trackkit/api/about');
  expect(read?.headers.get('X-XSRFToken')).toBeNull();
  expect(edit?.headers.get('X-XSRFToken')).toBe('token');
  expect(edit?.headers.get('Content-Type')).toBe('application/json');
  expect(edit?.credentials).toBe('same-origin');
});
