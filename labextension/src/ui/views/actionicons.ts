// The icons of what can be done with an experiment: only its menu needs them.

import {
  Archive,
  ArchiveRestore,
  Ban,
  Copy,
  CopyPlus,
  FolderInput,
  type IconNode,
  Lock,
  Maximize2,
  PanelRight,
  Pencil,
  RotateCcw,
  Share2,
  Square,
  Table2,
  Tag,
  TextCursorInput,
  Trash2,
} from 'lucide';
import type { ActionName } from './rules';

export const ICONS: Record<ActionName, IconNode> = {
  rename: TextCursorInput,
  describe: Pencil,
  move: FolderInput,
  tag: Tag,
  publish: Lock,
  archive: Archive,
  unarchive: ArchiveRestore,
  reset: RotateCcw,
  clone: CopyPlus,
  stop: Square,
  abort: Ban,
  delete: Trash2,
  copy_id: Copy,
  share: Share2,
  full: Maximize2,
  compact: PanelRight,
  table: Table2,
};
