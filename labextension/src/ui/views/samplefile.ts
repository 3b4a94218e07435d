// What the file of a debug sample is called when it is downloaded.

import { fileName } from '../parts/download';
import type { Sample } from '../protocol';

const EXTENSIONS: Record<string, string> = {
  'image/png': 'png',
  'image/jpeg': 'jpg',
  'image/gif': 'gif',
  'image/svg+xml': 'svg',
  'image/webp': 'webp',
  'audio/wav': 'wav',
  'audio/x-wav': 'wav',
  'audio/mpeg': 'mp3',
  'audio/ogg': 'ogg',
  'video/mp4': 'mp4',
  'video/webm': 'webm',
  'text/html': 'html',
};

export function sampleFile({ name, metric, variant, iteration, mime }: Sample): string {
  if (name) {
    return fileName(name);
  }
  const extension = EXTENSIONS[mime ?? ''];
  return fileName(metric, variant, iteration) + (extension ? `.${extension}` : '');
}
