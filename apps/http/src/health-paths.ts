/** Where balancers and supervisors ask; never refused because the server is busy. */
export const HEALTH_PATHS = { live: '/health/live', ready: '/health/ready' } as const;
