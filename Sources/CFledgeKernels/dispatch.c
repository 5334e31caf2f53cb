// Which kernels this processor can run.
#include "include/CFledgeKernels.h"

#include <string.h>
#if defined(__aarch64__) && defined(__linux__)
#include <sys/auxv.h>
#endif

extern const fledge_kernels fledge_kernels_portable;
#if defined(__aarch64__)
extern const fledge_kernels fledge_kernels_neon;
#elif defined(__x86_64__)
extern const fledge_kernels fledge_kernels_avx2, fledge_kernels_avx512, fledge_kernels_avx512vnni;
#endif

const fledge_kernels *fledge_kernels_of(fledge_isa isa) {
  if (isa == FLEDGE_ISA_PORTABLE) return &fledge_kernels_portable;
#if defined(__aarch64__)
#if defined(__linux__)
  unsigned long dot_product = 1UL << 20;  // HWCAP_ASIMDDP
  if (isa == FLEDGE_ISA_NEON && !(getauxval(AT_HWCAP) & dot_product)) return NULL;
#endif
  if (isa == FLEDGE_ISA_NEON) return &fledge_kernels_neon;
#elif defined(__x86_64__)
  // The compiler's run-time asks the operating system too whether it saves the wide registers.
  __builtin_cpu_init();
  bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi2");
  bool avx512 = avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
  bool vnni = avx512 && __builtin_cpu_supports("avx512vnni") && __builtin_cpu_supports("avx512bf16");
  if (isa == FLEDGE_ISA_AVX2 && avx2) return &fledge_kernels_avx2;
  if (isa == FLEDGE_ISA_AVX512 && avx512) return &fledge_kernels_avx512;
  if (isa == FLEDGE_ISA_AVX512_VNNI && vnni) return &fledge_kernels_avx512vnni;
#endif
  return NULL;
}

const fledge_kernels *fledge_kernels_named(const char *name) {
  for (int isa = FLEDGE_ISA_AVX512_VNNI; isa >= FLEDGE_ISA_PORTABLE; isa--) {
    const fledge_kernels *kernels = fledge_kernels_of((fledge_isa)isa);
    if (kernels && (!name || !*name || strcmp(kernels->name, name) == 0)) return kernels;
  }
  return NULL;
}
