// What meshvet loads when a config says `plugins: [meshvet-plugin-example]`.
import { serviceTeamMissing } from './rules/service-team-missing.js';

export const rules = [serviceTeamMissing];
