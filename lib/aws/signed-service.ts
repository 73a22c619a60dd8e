import { isThrottlingError, isTransientError, StandardRetryStrategy } from '@smithy/core/retry';
import { HttpRequest } from '@smithy/core/transport';
import { NodeHttpHandler, type NodeHttpHandlerOptions } from '@smithy/node-http-handler';
import type { SignatureV4 } from '@smithy/signature-v4';
import { type Environment, type ServiceName, serviceEndpoint } from './service-endpoint.ts';
import { regionOf, serviceSigner } from './service-signer.ts';

/** A service's response. Its body is a stream that the caller must read or destroy. */
export interface ServiceResponse {
  readonly statusCode: number;
  /** Keys are in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: NodeJS.ReadableStream & { destroy(): void };
}

export interface ServiceRequest {
  readonly method: 'GET' | 'POST';
  /** Already percent-encoded. */
  readonly path: string;
  /** Put before the service's host name: a bucket. */
  readonly subdomain?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Sends a request without changing it. */
export interface Transport {
  handle(request: HttpRequest): Promise<{ response: ServiceResponse }>;
}

export interface ServiceOptions {
  readonly service: ServiceName;
  /** Credentials, region and endpoints, in the variables that the AWS SDK reads. */
  readonly environment: Environment;
  readonly maxAttempts: number;
  readonly requestHandler: NodeHttpHandlerOptions;
  /** Replaces HTTP, for tests. */
  readonly transport?: Transport | undefined;
}

/** An error response of a service. Its name is the error code that the service sent; retries depend on it. */
export class ServiceFault extends Error {
  readonly $metadata: { readonly httpStatusCode: number; readonly requestId: string | undefined };

  constructor(name: string, message: string, { statusCode, headers }: ServiceResponse) {
    super(message);
    this.name = name;
    this.$metadata = {
      httpStatusCode: statusCode,
      requestId: headers['x-amzn-requestid'] ?? headers['x-amz-request-id'],
    };
  }
}

/**
 * Sends requests to one AWS service. It uses the parts with which the AWS SDK signs, sends and retries, but
 * not an SDK client: a client takes 80 ms to load and another 40 ms for its first request. Use it in
 * functions that only read and whose caller is waiting.
 *
 * It retries as the SDK does: after network faults, 5xx and throttling, with growing delays and a retry
 * budget.
 */
export class SignedService {
  readonly endpoint: ReturnType<typeof serviceEndpoint>;
  readonly #signer: SignatureV4;
  readonly #transport: Transport;
  readonly #retries: StandardRetryStrategy;

  /** @throws ConfigurationError when the environment names no region */
  constructor({ service, environment, maxAttempts, requestHandler, transport }: ServiceOptions) {
    this.endpoint = serviceEndpoint(service, regionOf(environment), environment);
    this.#signer = serviceSigner(service, environment);
    this.#transport = transport ?? httpTransport(requestHandler);
    this.#retries = new StandardRetryStrategy(maxAttempts);
  }

  /**
   * Sends a request. The response is read within the attempt, so that a broken response is retried.
   *
   * @param read called with a response whose status is below 300
   * @param faultOf makes the error to throw from the text of any other response
   */
  async send<T>(
    request: ServiceRequest,
    read: (response: ServiceResponse) => Promise<T> | T,
    faultOf: (response: ServiceResponse, text: string) => ServiceFault,
  ): Promise<T> {
    let token = await this.#retries.acquireInitialRetryToken('');
    for (;;) {
      try {
        const { response } = await this.#transport.handle(await this.#signed(request));
        if (response.statusCode >= 300) throw faultOf(response, await textOf(response));
        const result = await read(response);
        this.#retries.recordSuccess(token);
        return result;
      } catch (error) {
        const errorType = retryTypeOf(error);
        const next = await this.#retries.refreshRetryTokenForRetry(token, { errorType }).then(
          (refreshed) => refreshed,
          // The response stream fails with its own error, which says less than the request's error.
          () => undefined,
        );
        if (!next) throw error;
        token = next;
      }
    }
  }

  async #signed({ method, path, subdomain, headers, body }: ServiceRequest): Promise<HttpRequest> {
    const { url } = this.endpoint;
    const prefix = subdomain === undefined ? '' : `${subdomain}.`;
    const request = new HttpRequest({
      method,
      protocol: url.protocol,
      hostname: `${prefix}${url.hostname}`,
      ...(url.port === '' ? {} : { port: Number(url.port) }),
      path,
      headers: { host: `${prefix}${url.host}`, ...headers },
      body,
    });
    // The signer returns a copy of the request that it was given.
    return (await this.#signer.sign(request)) as HttpRequest;
  }
}

/** Reads a body to its end, as text. */
export async function textOf({ body }: ServiceResponse): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of body) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function retryTypeOf(error: unknown) {
  const fault = error as Parameters<typeof isTransientError>[0];
  if (isThrottlingError(fault)) return 'THROTTLING';
  return isTransientError(fault) ? 'TRANSIENT' : 'CLIENT_ERROR';
}

/** @param options must set the time-outs: without them a request waits for ever */
export function httpTransport(options: NodeHttpHandlerOptions): Transport {
  const handler = new NodeHttpHandler(options);
  return { handle: async (request) => (await handler.handle(request)) as { response: ServiceResponse } };
}
