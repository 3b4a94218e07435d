// Hands a file to the browser's downloads.

import type { Source } from '../source';

export function downloadUrl(url: string, name: string): void {
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.rel = 'noopener';
  link.click();
}

export function downloadBlob(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  downloadUrl(url, name);
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** A sample or an artifact, by its content. */
export function downloadFile(source: Source, experiment: string, hash: string, name: string): void {
  if (source.blob) {
    source.blob(experiment, hash).then(
      blob => downloadBlob(blob, name),
      () => undefined,
    );
  } else {
    downloadUrl(source.fileUrl(experiment, hash, name), name);
  }
}

/** A name every file system takes. */
export function fileName(...parts: (string | number)[]): string {
  return parts
    .join('-')
    .replace(/[^\p{L}\p{N}._-]+/gu, '_')
    .slice(0, 120);
}
