/** A pattern of template.yaml and an event, on which engine.ts asks AWS's engine and the project's matcher. */
export interface TemplatePair {
  name: string;
  pattern: unknown;
  event: unknown;
}

export const templatePairs = (): TemplatePair[] => [];
