#include "analysis/features/symbols/hover.h"
namespace astrolabe {
HoverAnswer MakeHover(LiveAst&, CodePlace) { return {}; }
}  // namespace astrolabe
