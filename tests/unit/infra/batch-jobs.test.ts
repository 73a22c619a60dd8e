import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BatchJobs, batchStandIn, type SubmittedJob } from '../../infra/batch-jobs.ts';
import type { StandIn } from '../../infra/recorder.ts';

const job = (id: string, name = 'n'): SubmittedJob => ({ id, name, definition: 'arn:d:1', overrides: {} });
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('jobs', () => {
  it('wait in their queue, and those that come when there is room run at once', async () => {
    const jobs = new BatchJobs();
    jobs.submit(job('a'));
    jobs.submit(job('b', 'other'));
    expect(jobs.statusesOf('n')).toEqual(['RUNNABLE']);
    jobs.makeRoom(async ({ id }) => (id === 'b' ? 1 : 0));
    jobs.submit(job('c'));
    expect(jobs.statusesOf('n')).toEqual(['RUNNING', 'RUNNING']);
    await settled();
    expect(jobs.statusesOf('n')).toEqual(['SUCCEEDED', 'SUCCEEDED']);
    expect(jobs.statusOf('b')).toBe('FAILED');
  });

  it('that the test could not run are its fault, not a failed training', async () => {
    const jobs = new BatchJobs();
    jobs.makeRoom(async () => {
      throw new Error('no such bundle');
    });
    jobs.submit(job('a'));
    await settled();
    expect(() => jobs.statusesOf('n')).toThrow('no such bundle');
  });
});

describe('what moto gets wrong of AWS Batch', () => {
  const ROLE = 'arn:aws:iam::1:role/aws-service-role/batch.amazonaws.com/AWSServiceRoleForbatch';
  let sent: string[];
  let moto: Server;
  let jobs: BatchJobs;
  let standIn: StandIn;
  beforeEach(async () => {
    sent = [];
    moto = createServer(async (request, response) => {
      sent.push(`${request.url} ${await text(request)}`);
      const answers: Readonly<Record<string, unknown>> = {
        '/v1/submitjob': { jobId: 'a' },
        '/v1/describejobs': {
          jobs: [
            { jobId: 'a', status: 'SUCCEEDED' },
            { jobId: 'z', status: 'FAILED' },
          ],
        },
      };
      const answer = answers[request.url ?? ''];
      response.end(answer === undefined ? `<Arn>${ROLE}</Arn>` : JSON.stringify(answer));
    });
    await new Promise<void>((resolve) => moto.listen(0, '127.0.0.1', resolve));
    jobs = new BatchJobs();
    standIn = batchStandIn(`http://127.0.0.1:${(moto.address() as AddressInfo).port}`, jobs);
  });
  afterEach(() => moto.close());

  const called = (path: string, input: unknown, service = 'batch') => {
    const body = Buffer.from(JSON.stringify(input));
    const url = new URL(path, 'http://127.0.0.1');
    const headers = { 'content-length': String(body.length) };
    return standIn({ actor: 'a', service, method: 'POST', url, headers, body });
  };

  it('is the role of the service, which a compute environment has that names none', async () => {
    await called('/v1/createcomputeenvironment', { type: 'MANAGED', serviceRole: '' });
    expect(sent).toEqual([
      '/ Action=CreateServiceLinkedRole&AWSServiceName=batch.amazonaws.com&Version=2010-05-08',
      `/v1/createcomputeenvironment {"type":"MANAGED","serviceRole":"${ROLE}"}`,
    ]);
    sent = [];
    await called('/v1/createcomputeenvironment', { serviceRole: 'arn:own' });
    expect(sent).toEqual(['/v1/createcomputeenvironment {"serviceRole":"arn:own"}']);
  });

  it('is how a job stands that is not known to it alone', async () => {
    const containerOverrides = { command: ['--acknowledge', '{}'] };
    await called('/v1/submitjob', { jobName: 'n', jobDefinition: 'arn:d:1', containerOverrides });
    const told = JSON.parse((await called('/v1/describejobs', { jobs: ['a'] }))!.body.toString());
    expect(told).toEqual({
      jobs: [
        { jobId: 'a', status: 'RUNNABLE' },
        { jobId: 'z', status: 'FAILED' },
      ],
    });
    let run: SubmittedJob | undefined;
    jobs.makeRoom(async (started) => {
      run = started;
      return 0;
    });
    expect(run).toEqual({ id: 'a', name: 'n', definition: 'arn:d:1', overrides: containerOverrides });
  });

  it('is nothing else', () => {
    expect(called('/v1/describejobqueues', {})).toBeUndefined();
    expect(called('/v1/submitjob', {}, 'lambda')).toBeUndefined();
  });
});
