// Beam's coders as they ought to be: each of those below stands in the place of the SDK's own, which corrupts elements.
//
// They are the SDK's classes with other methods, since the SDK makes coders itself in many places and holds on to the classes.
// What is not here was found correct by the standard's test vectors (test/sdk/standard_coders.test.ts).
import { GeneralObjectCoder } from "apache-beam/coders/js_coders";
import { BytesCoder, InstantCoder, PaneInfoCoder } from "apache-beam/coders/required_coders";
import { RowCoder } from "apache-beam/coders/row_coder";
import { DoubleCoder, NullableCoder, StrUtf8Coder, VarIntCoder } from "apache-beam/coders/standard_coders";
import { bytes } from "./bytes_coder";
import { mend } from "./coder";
import { double } from "./double_coder";
import { general } from "./general";
import { instant } from "./instant";
import { nullable } from "./nullable_coder";
import { mendOnlyPane, paneInfo } from "./pane_info";
import { mendSchemas, row } from "./rows";
import { string } from "./string_coder";
import { varint } from "./varint";

export { writeRaw } from "./bytes";
export { readVarint, writeVarint } from "./varint";

mend(BytesCoder, bytes);
mend(StrUtf8Coder, string);
mend(VarIntCoder, varint);
mend(DoubleCoder, double);
mend(NullableCoder, nullable);
mend(InstantCoder, instant);
mend(PaneInfoCoder, paneInfo);
mendOnlyPane();
mend(GeneralObjectCoder, general);
mend(RowCoder, row);
mendSchemas();
