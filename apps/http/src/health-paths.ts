/** The paths of health checks, which are never refused because the server is busy. */
export const HEALTH_PATHS = { live: '/health/live', ready: '/health/ready' } as const;
