// What an editor shows between two keystrokes.
namespace a {
void before() {}
int unfinished(int x,
class Next {
  int field
};
void broken_body() {
  if (x) {
    foo(;
}
void after_broken_body() {}
}  // namespace a
const char* s = "unterminated;
int after_string;
char c = 'x;
int after_char;
operator
enum Open { kA, kB
;
struct NoSemicolon { int x; }
void after_struct() {}
#define UNTERMINATED( \
