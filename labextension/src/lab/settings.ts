// What a person chose in the settings editor; its defaults stand in the schema.

import type { ISettingRegistry } from '@jupyterlab/settingregistry';

export interface Settings {
  open: 'info panel' | 'full screen';
  tab: string;
  recent: number;
  /** Seconds. */
  rest: number;
  statusBar: boolean;
  notifyEnded: boolean;
  notifyFailed: boolean;
  notifyNaN: boolean;
  /** Seconds. */
  notifyAfter: number;
}

const PLUGIN = 'trackkit-jupyter:home';

/** The settings now, and whenever they change, until the signal aborts; where there are none, nobody is told. */
export async function followSettings(
  registry: ISettingRegistry | null,
  onSettings: (settings: Settings) => void,
  signal: AbortSignal,
): Promise<void> {
  const found = await registry?.load(PLUGIN).catch(() => null);
  if (!found || signal.aborted) {
    return;
  }
  const tell = () => onSettings(found.composite as unknown as Settings);
  found.changed.connect(tell);
  signal.addEventListener('abort', () => found.changed.disconnect(tell));
  tell();
}

/** One look at them; null where there are none. */
export async function settingsNow(registry: ISettingRegistry | null): Promise<Settings | null> {
  const found = await registry?.load(PLUGIN).catch(() => null);
  return found ? (found.composite as unknown as Settings) : null;
}
