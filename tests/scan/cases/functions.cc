// Functions in all the ways people write them.
int plain(int a) { return a; }
static inline const char* pointer_result(const char* s, size_t n);
std::vector<std::pair<int, int>> templated_result() { return {}; }
auto trailing(int x) -> decltype(x + 1) { return x; }
template <typename T, typename = std::enable_if_t<(sizeof(T) > 4)>>
T constrained(T t) requires std::integral<T> && (sizeof(T) < 16) {
  return t;
}
template <class T> requires requires(T t) { t.size(); }
void with_requires(T t) {}
void (*signal(int sig, void (*handler)(int)))(int);
int (parenthesized)(void) { return 0; }
[[nodiscard]] __attribute__((cold)) int attributed(int x) noexcept(noexcept(x + 1)) { return x; }
EXPORT_API(1) int exported(int a);
MY_API Result macro_prefixed(int a) { return {}; }
extern "C" int c_linkage(void);
extern "C" {
void in_linkage_block(void) {}
}
int first(int), second;
Foo direct_init(1, "two");
Foo function_not_variable(Bar b);
int with_default(std::map<int, std::string> m = {{1, "{"}}, char c = '}') { return 0; }
int try_function() try { return 1; } catch (...) { return 2; }
int operator""_km(unsigned long long v) { return v; }
bool operator<(const A& a, const A& b) { return true; }
A operator new_like(int);
bool operator>=(const A& a, const A& b) { return !(a < b); }
A& operator>>=(A& a, int shift) { return a; }
DEFINE_ASYNC(Status, Version::Get)
(int a) { return {}; }
consteval int at_compile_time() { return 1; }
MODULE_LICENSE("GPL");
DISALLOW_COPY(Foo);
TEST(Suite, Case) { EXPECT_TRUE(true); }
TEST_F(Fixture,
       Wrapped) {
}
int main(int argc, char** argv) {
  if (argc) { return 1; }
  auto lambda = [](int x) { return x; };
  struct Local { int not_indexed; };
  const char* raw = R"x( } )" } )x";
  return 1'000'000;
}
int after_main;
