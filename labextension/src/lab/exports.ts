// Exports of the open notebook: as a download with what is told about it, and as Markdown on the clipboard.

import { Notification } from '@jupyterlab/apputils';
import { downloadBlob } from '../ui/parts/download';
import { type Context, FORMATS, type Format } from './export';
import type { LabServer } from './server';

export async function copy(server: LabServer, context: Context): Promise<void> {
  try {
    const text = await (await ask(server, context, 'source')).text();
    await navigator.clipboard.writeText(text);
    Notification.success('The report is on the clipboard as Markdown.', { autoClose: 3000 });
  } catch (reason) {
    Notification.error((reason as Error).message, { autoClose: false });
  }
}

async function ask(server: LabServer, context: Context, format: Format | 'source'): Promise<Response> {
  if (context.model.dirty) {
    await context.save();
  }
  // A drive of the editor ("RTC:a.ipynb") is no part of the path that the server knows.
  const query = new URLSearchParams({ path: context.path.replace(/^[^/:]+:/, ''), format });
  const response = await server.request(`trackkit/export?${query}`, { method: 'GET' });
  if (!response.ok) {
    const refusal = (await response.json().catch(() => null)) as { message?: string } | null;
    throw new Error(refusal?.message ?? `The Jupyter server answered with status ${response.status}.`);
  }
  return response;
}

export async function download(server: LabServer, context: Context, format: Format): Promise<void> {
  const name = (context.path.split('/').pop() ?? 'report').replace(/\.ipynb$/, '');
  const id = Notification.emit(`Drawing ${name} as ${FORMATS[format]} …`, 'in-progress', { autoClose: false });
  try {
    const response = await ask(server, context, format);
    downloadBlob(await response.blob(), `${name}.${format === 'md' ? 'zip' : format}`);
    const missing = JSON.parse(response.headers.get('X-Trackkit-Missing') ?? '[]') as string[];
    const message = missing.length
      ? `${name} is exported. Not shown: ${missing.slice(0, 3).join(' ')}${missing.length > 3 ? ` And ${missing.length - 3} more.` : ''}`
      : `${name} is exported.`;
    Notification.update({
      id,
      message,
      type: missing.length ? 'warning' : 'success',
      autoClose: missing.length ? false : 4000,
    });
  } catch (reason) {
    Notification.update({ id, message: (reason as Error).message, type: 'error', autoClose: false });
  }
}
