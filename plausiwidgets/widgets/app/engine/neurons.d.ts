export const NEURONS: Record<string, any>;
export const RUNTIME: Record<string, unknown>;
