// Runs once before all tests: builds the servers that they start.
import { buildGoPrograms } from "./go_program";

export default buildGoPrograms;
