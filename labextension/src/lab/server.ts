// The Jupyter server as the views see it: every request carries Lab's token and XSRF header.

import { ServerConnection } from '@jupyterlab/services';
import type { Request } from '../ui/source';

export interface LabServer {
  baseUrl: string;
  request: Request;
  /** Whether our server extension is there; the promise never rejects. */
  hasExtension(): Promise<boolean>;
  /** Its version; null where that is not known. */
  version(): Promise<string | null>;
}

interface Found {
  there: boolean;
  version: string | null;
}

export function labServer(settings: ServerConnection.ISettings): LabServer {
  const { baseUrl } = settings;
  const request: Request = (path, init) => ServerConnection.makeRequest(baseUrl + path, init, settings);
  let found: Promise<Found> | null = null;

  async function ask(): Promise<Found> {
    try {
      const response = await request('trackkit/api/about', { method: 'GET' });
      const about = response.ok ? ((await response.json()) as { version?: string }) : {};
      return { there: response.status !== 404, version: about.version ?? null };
    } catch {
      return { there: true, version: null }; // the server is away, which the view says and mends by itself
    }
  }

  async function known(): Promise<Found> {
    found ??= ask();
    const answer = await found;
    if (!answer.there || answer.version === null) {
      found = null; // it may be enabled, or back, by the time the next view asks
    }
    return answer;
  }

  return {
    baseUrl,
    request,
    hasExtension: async () => (await known()).there,
    version: async () => (await known()).version,
  };
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
