export const NEURONS: Record<string, any>;
export function addNeurons(make: (runtime: Record<string, unknown>) => Record<string, any>): void;
