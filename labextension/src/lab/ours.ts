// The notebooks that are open, and which of them hold something of ours, as they say themselves: of any other nobody is asked.

import type { MainAreaWidget, ToolbarButton } from '@jupyterlab/apputils';
import type { DocumentRegistry } from '@jupyterlab/docregistry';
import type { KernelMessage } from '@jupyterlab/services';
import { MIME_TYPE } from './output';

/** A notebook that is open, and the button that makes it a report. */
export interface Opened {
  panel: MainAreaWidget;
  make: ToolbarButton;
}

/** The notebooks that are open: known from the moment they are made. */
export const opened = new Map<DocumentRegistry.Context, Opened>();

const SOURCE = /\btrackkit|\btrack\.|^%%?track\b/m;

/** What is read of a notebook's model; its package is not ours to load. */
interface Model {
  cells: Iterable<{
    sharedModel: { source: string };
    outputs?: { length: number; get(at: number): { data: object } };
  }>;
  getMetadata(key: string): unknown;
}

/** Whether a cell uses trackkit, or shows what it made. */
export function hasCells({ model }: DocumentRegistry.Context): boolean {
  for (const { sharedModel, outputs } of (model as unknown as Model).cells) {
    if (SOURCE.test(sharedModel.source)) {
      return true;
    }
    for (let at = 0; outputs && at < outputs.length; at += 1) {
      if (MIME_TYPE in outputs.get(at).data) {
        return true;
      }
    }
  }
  return false;
}

/** Whether a notebook may be a report: one that says so, that a cell may have made one, or that may not be written. */
export function mayBeReport(context: DocumentRegistry.Context): boolean {
  const said = (context.model as unknown as Model).getMetadata('trackkit');
  return said !== undefined || context.contentsModel?.writable === false || hasCells(context);
}

/**
 * Run something each time a cell was run; returns how to end that. The kernel's status says less: it is idle too when
 * another thread of the kernel is, while a cell runs.
 */
export function onRun({ sessionContext }: DocumentRegistry.Context, run: () => void): () => void {
  const { iopubMessage } = sessionContext;
  const heard = (_: unknown, { parent_header, content }: KernelMessage.IMessage) => {
    const isIdle = (content as { execution_state?: string }).execution_state === 'idle';
    if (isIdle && (parent_header as { msg_type?: string }).msg_type === 'execute_request') {
      run();
    }
  };
  iopubMessage.connect(heard);
  return () => void iopubMessage.disconnect(heard);
}

/** Run something once, as soon as a notebook is like that: when it is loaded, or when a cell was run. */
export function when(
  context: DocumentRegistry.Context,
  isSo: (context: DocumentRegistry.Context) => boolean,
  run: () => void,
): void {
  const look = () => {
    if (!context.isDisposed && isSo(context)) {
      stop();
      run();
    }
  };
  const stop = onRun(context, () => context.isReady && look());
  void context.ready.then(look);
}
