#ifndef CONDITIONALS_H
#define CONDITIONALS_H
#ifdef __cplusplus
extern "C" {
#endif
void linkage(void);
#if defined(A) && \
    defined(B)
struct s {
  int a;
#elif defined(C)
struct s {
  int c;
#else
struct s {
#endif
  int shared;
};
#ifdef X
#define TWICE 1
#else
#define TWICE 2
#endif
int f(int a
#ifdef EXTRA
      , int b
#endif
);
class Split {
#ifdef X
  Split(int a)
#else
  Split(long a)
#endif
      : a_(a) {}
  int a_;
};
#ifdef __cplusplus
}
#endif
#endif
