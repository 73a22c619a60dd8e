import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * Resident memory in bytes of each running process, by pid. On Linux it is read from /proc, which does not
 * block. Elsewhere one `ps` call returns it for all processes.
 */
export async function residentBytes(pids: readonly number[]): Promise<Map<number, number>> {
  return process.platform === 'linux' ? fromProc(pids) : await fromPs(pids);
}

function fromProc(pids: readonly number[]): Map<number, number> {
  const bytes = new Map<number, number>();
  for (const pid of pids) {
    const kilobytes = residentKilobytes(pid);
    if (kilobytes !== undefined) bytes.set(pid, kilobytes * 1024);
  }
  return bytes;
}

function residentKilobytes(pid: number): number | undefined {
  try {
    const match = /^VmRSS:\s+(\d+) kB$/mu.exec(readFileSync(`/proc/${pid}/status`, 'latin1'));
    return match ? Number(match[1]) : undefined;
  } catch (error) {
    // The process ended between the listing and the reading.
    if (isMissing(error)) return undefined;
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'ENOENT' || code === 'ESRCH';
}

async function fromPs(pids: readonly number[]): Promise<Map<number, number>> {
  if (pids.length === 0) return new Map();
  // ps exits with 1 when one of the processes has ended, and still prints the others.
  const { stdout } = await run('ps', ['-o', 'pid=,rss=', '-p', pids.join(',')]).catch(
    (error: { stdout?: string; code?: unknown }) => {
      if (error.code === 1 && typeof error.stdout === 'string') return { stdout: error.stdout };
      throw error;
    },
  );
  const rows = stdout.trim().split('\n').filter(Boolean);
  return new Map(
    rows.map((row) => {
      const [pid = '', kilobytes = ''] = row.trim().split(/\s+/u);
      return [Number(pid), Number(kilobytes) * 1024];
    }),
  );
}
