#pragma once
namespace outer::inner {
class Forward;
class EXPORT Widget final : public Base<int>, private detail::Other {
 public:
  Widget();
  explicit Widget(int a) : a_{a}, b_(a), c_{} {}
  Widget(const Widget&) = delete;
  ~Widget() override;
  virtual void Abstract() = 0;
  int Get() const { return a_; }
  static Widget* Make(int a);
  operator bool() const { return true; }
  bool operator==(const Widget& o) const = default;
  Widget& operator[](size_t i);
  void operator()(int x) {}
  template <typename T> void Generic(T&& t) && noexcept;
  friend std::ostream& operator<<(std::ostream&, const Widget&);
  friend class Other;
  using Map = std::map<std::string, std::vector<int>>;
  typedef int (*Callback)(void* data);
  enum class Color : uint8_t { kRed = 1, kGreen [[deprecated]], kBlue };
  enum { kAnonymous };
  struct Nested {
    int x, *y, z[3];
    unsigned flag : 1, other_flag : 2;
  };
  union { int as_int; float as_float; };

 protected slots:
  void OnClick();
 private:
  Q_OBJECT
  int a_ GUARDED_BY(mu_) = 0, b_;
  std::function<void(int, const std::string&)> c_;
  std::map<int, int> d_ GUARDED_BY(mu_);
  static constexpr int kLimit = 10;
  void (*callback_)(int) = nullptr;
  int (Widget::*member_)(int);
};

template <typename T>
class Template {
  T value_;
};
template <>
struct hash<Widget> {
  size_t operator()(const Widget&) const;
};
template class Template<int>;

concept_like int not_a_concept;
template <typename T>
concept Sized = requires(T t) { t.size(); };
template <typename T> using Alias = Template<T>;
namespace alias = outer::inner;
inline constexpr int kInlineVariable = 3;
extern int declared_elsewhere;
}  // namespace outer::inner
namespace {
int hidden;
}
enum Plain { kOne, kTwo = 2, };
BEGIN_NAMESPACE_MACRO {
int in_macro_scope;
}
Widget::Nested* outer::inner::Widget::Make(int a) { return nullptr; }
outer::inner::Widget::Widget() : a_{1} {}
Widget::operator bool() const { return false; }
template <typename T> void Template<T>::Method() {}
