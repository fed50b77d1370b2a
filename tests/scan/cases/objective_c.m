#import <Foundation/Foundation.h>
@protocol Speaker <NSObject>
- (void)speak;
@end
@interface Animal : NSObject <Speaker> {
  int age;
}
- (instancetype)initWithName:(NSString *)name age:(int)age;
+ (Animal *)shared;
@end
@implementation Animal
- (void)speak {
  if (1) { NSLog(@"hi"); }
}
@end
int helper(void) { return 0; }
