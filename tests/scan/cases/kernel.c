/* C as the Linux kernel writes it. */
#include <linux/module.h>
#include "local.h"
#define SIMPLE 1
#define FUNCTION_LIKE(a, b) do { \
		(a) = (b); \
	} while (0)
# define SPACED
struct device;
struct net_device *alloc_device(int n);
static int __init foo_init(void)
{
	struct { int local; } x = { .local = 1 };
	return 0;
}
static struct file_operations foo_fops = {
	.open = foo_open,
	.read = foo_read,
};
static const struct of_device_id ids[] __initconst = { { .compatible = "a,b" }, {} };
int counter __read_mostly = 1, *other;
static DEFINE_MUTEX(foo_lock);
static DEFINE_PER_CPU(int, per_cpu_counter);
static LIST_HEAD(foo_list);
EXPORT_SYMBOL_GPL(foo_init);
module_init(foo_init);
SYSCALL_DEFINE3(read, unsigned int, fd, char __user *, buf, size_t, count)
{
	return 0;
}
struct __packed wire {
	__le32 a, b;
	union {
		u8 bytes[4];
		struct { u16 lo, hi; } halves;
	};
	int (*callback)(struct wire *w, int class);
	struct list_head list;
	int class;
} __attribute__((aligned(8)));
typedef struct {
	int x;
} point_t, *point_ptr;
typedef int (*handler_t)(void *), plain_t;
typedef blk_status_t (submit_t)(struct bio *bio);
typedef __u32 __bitwise __be_thing;
enum state { IDLE, BUSY = 5, X_MACRO(a, b) DONE };
enum { ANONYMOUS };
int old_style(a, b)
	int a;
	char *b;
{
	return a;
}
old_style_int(a, b)
	struct wire *a;
	int b;
{
	return b;
}
DECLARE_SOMETHING(a, b)
struct wire *not_a_parameter;
#ifdef CONFIG_A
int both_sides(int a)
{
#else
int both_sides(long a)
{
#endif
	return a;
}
#if 0
int dead(void) { it's not code }
#else
int alive(void) { return 1; }
#endif
static inline __must_check int attributes(int a) __acquires(lock)
{
	asm volatile("mov %0, {%1}" : : "r"(a));
	return a ? '"' : '\'';
}
struct config *config_of(struct device *dev)
{ return dev->config; }
const char *names[] = { "a{", "b}" };
extern int declared;
int template, namespace, new;
static void __maybe_unused __reserved_name(struct wire *w)
{
}
bool __must_check IS_ERR(const void *ptr)
{
	return false;
}
static void __releases(lock) __acquires(lock)
two_annotations(void)
{
}
extern void __compiletime_error("too small") __bad_copy(void);
struct bpf_map_def SEC("maps") table = { .size = 1 };
struct over_aligned {
	u8 __aligned(64) buffer[4];
} __aligned(32);
DEFINE_GUEST_HANDLE(void);
int last(void) { return 0; }
