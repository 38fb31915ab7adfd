import { context, DiagLogLevel, diag, propagation, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { defaultResource, detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import type { MiddlewareHandler } from 'hono';
import type { AppEnv } from './env.ts';
import type { Log } from './report.ts';

/** Makes a span for each request. */
export interface Tracing {
  readonly middleware: MiddlewareHandler<AppEnv>;
  /** The fields of a log line that name its span. */
  readonly facts: () => { readonly traceId?: string };
  /** Sends the remaining spans. */
  readonly stop: () => Promise<void>;
}

/**
 * Sends a span for each request to the collector that OpenTelemetry's own variables name, under the trace of an incoming `traceparent`. A
 * span has the method, the route and the status, and no path, no query and no text of an error. If the collector fails, requests are still
 * served.
 */
export function startTracing(version: string, log: Log): Tracing {
  const undelivered = () => log({ level: 'warn', message: 'traces could not be delivered' });
  diag.setLogger({ error: undelivered, warn() {}, info() {}, debug() {}, verbose() {} }, DiagLogLevel.ERROR);
  const provider = new NodeTracerProvider({
    resource: defaultResource()
      .merge(resourceFromAttributes({ 'service.name': 'ticket-platform', 'service.version': version }))
      .merge(detectResources({ detectors: [envDetector] })),
    spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())],
  });
  provider.register();
  const tracer = trace.getTracer('@ticket/http', version);
  return {
    middleware: (c, next) => {
      const { method } = c.req;
      const parent = propagation.extract(context.active(), c.req.header());
      return tracer.startActiveSpan(method, { kind: SpanKind.SERVER, attributes: { 'http.request.method': method } }, parent, async (span) => {
        try {
          await next();
          const route = c.get('route');
          if (route !== undefined) span.updateName(`${method} ${route}`).setAttribute('http.route', route);
          span.setAttribute('http.response.status_code', c.res.status);
          if (c.res.status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
        } finally {
          span.end();
        }
      });
    },
    facts: () => {
      const traceId = trace.getActiveSpan()?.spanContext().traceId;
      return traceId === undefined ? {} : { traceId };
    },
    stop: () => provider.shutdown(),
  };
}
