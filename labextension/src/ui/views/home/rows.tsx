// What stands in a row of the side panel.

import {
  Box,
  ChevronDown,
  ChevronRight,
  FileText,
  Folder,
  FolderOpen,
  GitCompareArrows,
  Pause,
  Play,
  Search,
  SlidersHorizontal,
  Square,
  Table2,
} from 'lucide';
import { integer, short } from '../../parts/format';
import { Button, Icon } from '../../parts/icon';
import { Middle } from '../../parts/middle';
import { Status, standingWord, wasStopped } from '../../parts/status';
import { Elapsed, RelativeTime } from '../../parts/time';
import type { HomeRow, RunningRow } from '../../protocol';
import { type Ask, KnobTool, turning } from '../knob';
import type { Node } from './nodes';

interface RowProps {
  node: Node;
  /** By how many milliseconds the server's clock is ahead. */
  ahead: number;
  onStop: (node: Node) => void;
  onFold: (node: Node, open: boolean) => void;
  /** Asks a loop for something. */
  ask: Ask;
  /** Show what a project holds in the table. */
  onTable: (node: Node) => void;
  /** Lay what a project holds side by side. */
  onCompare: (node: Node) => void;
}

export function Row(props: RowProps) {
  const { node, onTable, onCompare } = props;
  switch (node.kind) {
    case 'section':
      return (
        <>
          <Icon of={node.open ? ChevronDown : ChevronRight} size={14} />
          <span class="tk-home-title">{node.title}</span>
          {node.count !== null && <Count of={node.count} />}
        </>
      );
    case 'project':
      return (
        <>
          {node.open !== undefined && <Icon of={node.open ? ChevronDown : ChevronRight} size={14} />}
          <Icon of={node.open ? FolderOpen : Folder} size={14} />
          <Middle class="tk-home-name" text={node.title} />
          {node.count > 1 && (
            <Button
              label={`Compare the experiments of ${node.project}`}
              icon={GitCompareArrows}
              onClick={() => onCompare(node)}
            />
          )}
          <Button label={`Show ${node.project} in the table`} icon={Table2} onClick={() => onTable(node)} />
          <Count of={node.count} />
        </>
      );
    case 'running':
      return <Running {...props} row={node.row} />;
    case 'knob':
      return (
        <KnobTool
          knob={node.knob}
          disabled={node.of.doing === null || node.of.doing === 'stopping'}
          onTurn={turning(props.ask, node.of.id, node.knob)}
        />
      );
    case 'experiment':
      return (
        <>
          <Status dot {...node.row} />
          <Middle class="tk-home-name" text={node.title} />
          <span class="tk-home-side">
            {told(node.row)}
            <RelativeTime time={node.row.finished ?? node.row.last_update ?? node.row.created} brief />
          </span>
        </>
      );
    case 'model':
      return (
        <>
          <Icon of={Box} size={14} />
          <Middle class="tk-home-name" text={node.title} />
          <span class="tk-home-side">
            {[node.row.framework, versionOf(node.row.version)].filter(Boolean).join(' · ')}
          </span>
        </>
      );
    case 'report':
      return (
        <>
          <Icon of={FileText} size={14} />
          <Middle class="tk-home-name" text={node.title} />
          <span class="tk-home-side">
            {node.report.trouble === 'missing'
              ? 'Missing · '
              : node.report.status === 'published'
                ? 'Published · '
                : ''}
            <RelativeTime time={node.report.last_update} brief />
          </span>
        </>
      );
    case 'more':
      return (
        <>
          <Icon of={node.depth === 0 ? Search : Table2} size={14} />
          <Middle class="tk-home-name tk-home-link" text={node.title} />
        </>
      );
    default:
      return <span class="tk-faint">{node.title}</span>;
  }
}

function versionOf(version: number | null | undefined): string {
  return version ? `v${version}` : '';
}

function Count({ of: count }: { of: number }) {
  return <span class="tk-home-side tk-number">{integer(count)}</span>;
}

/** The word of a status that is worth saying beside the dot. */
function told(row: HomeRow): string {
  const plain = row.status === 'published' || (row.status === 'completed' && !wasStopped(row));
  return plain ? '' : `${standingWord(row)} · `;
}

const HELD = { pausing: 'It pauses at its next log', paused: 'It is paused', stopping: 'It stops at its next log' };

function Running({ node, row, ahead, onStop, onFold, ask }: RowProps & { row: RunningRow }) {
  const { id, name, last_iteration, metric, fraction, nan, doing } = row;
  const held = doing === 'paused' || doing === 'pausing';
  const percent = fraction === null ? null : Math.floor(fraction * 100);
  return (
    <>
      <Status dot {...row} />
      <span class="tk-home-running-text">
        <Middle class="tk-home-name" text={name} />
        <span class="tk-home-state">
          {last_iteration !== null && (
            <span class="tk-number" title={`Iteration ${last_iteration}`}>
              it {integer(last_iteration)}
            </span>
          )}
          <Elapsed since={row.started ?? row.created} ahead={ahead} />
          {doing && doing !== 'running' && <span title={HELD[doing]}>{doing}</span>}
          {nan.length > 0 ? (
            <span class="tk-home-nan" title={nan.join('\n')}>
              {nan[0]} is NaN
            </span>
          ) : (
            metric && (
              <span class="tk-number tk-cut" title={`${metric.name}: ${metric.last}`}>
                {metric.name} {short(metric.last)}
              </span>
            )
          )}
        </span>
        {percent !== null && (
          <span
            class="tk-home-progress"
            role="progressbar"
            aria-label={`Progress of ${name}`}
            aria-valuenow={percent}
            title={`${percent} % of the iterations that its parameters tell of`}
          >
            <span style={{ width: `${percent}%` }} />
          </span>
        )}
      </span>
      {node.open !== undefined && (
        <Button
          label={`Knobs of ${name}`}
          icon={SlidersHorizontal}
          pressed={node.open}
          onClick={() => onFold(node, !node.open)}
        />
      )}
      {held ? (
        <Button label={`Resume ${name}`} icon={Play} onClick={() => void ask('resume', { id })} />
      ) : (
        <Button
          label={`Pause ${name}`}
          icon={Pause}
          disabled={doing === 'stopping'}
          onClick={() => void ask('pause', { id })}
        />
      )}
      <Button label={`Stop ${name}`} icon={Square} disabled={doing === 'stopping'} onClick={() => onStop(node)} />
    </>
  );
}
