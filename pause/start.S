// What C++ cannot say: where a program without a libc begins, and how it enters the kernel.
//   long system_call(long number, long, long, long, long): negative errno on failure, as the kernel returns it.

        .text
        .globl  _start
        .globl  system_call
        .type   _start, %function
        .type   system_call, %function

#if defined(__x86_64__)

_start:
        xorl    %ebp, %ebp              // the outermost frame, for debuggers (System V ABI 3.4.1)
        andq    $-16, %rsp
        call    pause_main
        hlt

system_call:
        movq    %rdi, %rax
        movq    %rsi, %rdi
        movq    %rdx, %rsi
        movq    %rcx, %rdx
        movq    %r8, %r10               // the instruction overwrites rcx, so the kernel takes the fourth here
        syscall
        ret

#elif defined(__aarch64__)

_start:
        mov     x29, #0
        mov     x30, #0
        bl      pause_main
        brk     #0

system_call:
        mov     x8, x0
        mov     x0, x1
        mov     x1, x2
        mov     x2, x3
        mov     x3, x4
        svc     #0
        ret

#else
#error "pause knows x86_64 and aarch64"
#endif

        .section .note.GNU-stack, "", %progbits
