export const NEURONS: Record<string, any>;
