type Mapping = Readonly<Record<string, unknown>>;
type Report = (path: readonly (string | number)[], message: string) => void;

/**
 * IAM's limit for a session of a role that names no other one, and what the action asks for by itself.
 * terraform/bootstrap names no other one.
 */
const MAX_ROLE_SECONDS = 3600;
/** Minutes that a step without "timeout-minutes" is taken to need: those that change nothing in AWS. */
const SHORT_STEP_MINUTES = 2;
/** Minutes that a rollout needs beyond its own limit, to move back. */
const MOVE_BACK_MINUTES = 5;

const TERRAFORM = /\bterraform\b[^\n]*\s(apply|destroy)\b/;
const SANDBOX = /\bsandbox-command\.ts\b/;
const ROLLOUT = /\brollout(-command\.ts)?(\s|$)/;

/**
 * The faults of a job that changes AWS. Its credentials end while it works, or it is stopped and does not
 * hear of it: both leave traffic, locks or resources behind.
 *
 * @param steps the job's
 * @param path of the job
 * @param report takes the path of each fault, and what was expected
 */
export function awsJobFaults(
  { 'timeout-minutes': jobMinutes, steps: given }: Mapping,
  path: readonly (string | number)[],
  report: Report,
): void {
  const steps = Array.isArray(given) ? (given as Mapping[]) : [];
  if (!steps.some(takesRole)) return;
  let roleSeconds: number | undefined;
  let usedMinutes = 0;
  steps.forEach((step, index) => {
    const at = [...path, 'steps', index];
    if (takesRole(step)) {
      roleSeconds = secondsOf(step);
      usedMinutes = 0;
      if (roleSeconds > MAX_ROLE_SECONDS)
        report(
          at,
          `expected role-duration-seconds of ${MAX_ROLE_SECONDS} or less: STS refuses more for this role`,
        );
      return;
    }
    usedMinutes += minutesOf(step) ?? SHORT_STEP_MINUTES;
    if (!changesAws(step)) return;
    lasting(step, at, report);
    if (usedMinutes * 60 > (roleSeconds ?? 0))
      report(
        at,
        `expected the role to be taken again before this step: it may end ${usedMinutes} minutes after the credentials were made, which last ${(roleSeconds ?? 0) / 60}`,
      );
  });
  const longest = steps.reduce((sum, step) => sum + (minutesOf(step) ?? SHORT_STEP_MINUTES), 0);
  if (Number(jobMinutes) < longest)
    report(path, `expected "timeout-minutes" of ${longest} or more, which its steps may take together`);
}

/** A step that works for minutes must have an end, know of it, and hear that it is to stop. */
function lasting(step: Mapping, at: readonly (string | number)[], report: Report): void {
  const script = String(step.run);
  const minutes = minutesOf(step);
  if (minutes === undefined) report(at, 'expected "timeout-minutes" on a step that changes AWS');
  if (!/^exec (terraform|node_modules\/\.bin\/node) [^|]*$/.test(lastCommand(script)))
    report(
      [...at, 'run'],
      'expected the last command to be "exec terraform ..." or "exec node_modules/.bin/node ...", without a pipe: a shell, and npm, keep the signal of a cancelled run to themselves',
    );
  if (!ROLLOUT.test(script) || / --back\b/.test(script)) return;
  const limit = Number(/ --limit-minutes (\d+)/.exec(script)?.[1] ?? Number.NaN);
  if (!(limit + MOVE_BACK_MINUTES <= (minutes ?? 0)))
    report(
      [...at, 'run'],
      `expected --limit-minutes, at least ${MOVE_BACK_MINUTES} below the step's "timeout-minutes": a rollout that is cut off does not move back`,
    );
}

const takesRole = ({ uses }: Mapping) =>
  String(uses ?? '').startsWith('aws-actions/configure-aws-credentials@');

const changesAws = ({ run }: Mapping) =>
  [TERRAFORM, ROLLOUT, SANDBOX].some((pattern) => pattern.test(String(run ?? '')));

function secondsOf(step: Mapping): number {
  const inputs = (step.with ?? {}) as Mapping;
  return Number(inputs['role-duration-seconds'] ?? MAX_ROLE_SECONDS);
}

function minutesOf({ 'timeout-minutes': minutes }: Mapping): number | undefined {
  return minutes === undefined ? undefined : Number(minutes);
}

/** The last command of a script, with the lines that it continues on. */
function lastCommand(script: string): string {
  return script
    .trim()
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
    .at(-1)!
    .trim();
}
