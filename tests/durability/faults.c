/* Preloaded into a build, makes its n-th call on a file below a folder fail: `faulty_build.py` says which, and how.

   The plan is shared by all processes of the build, so that calls are counted together. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

#define PATH 4096

struct plan {
    long at;                /* the call that fails; 0 for none */
    long error;             /* its errno; 0 kills the process instead */
    long calls;             /* counted so far */
    char folder[PATH];      /* calls on files below it count */
    char failed[PATH];      /* the call that failed */
};

#define REAL(name) static __typeof__(name) *real; if (!real) real = (__typeof__(name) *)dlsym(RTLD_NEXT, #name)

static struct plan *plan(void) {
    static struct plan *shared;
    const char *path = getenv("FAULT_PLAN");
    if (shared || !path) return shared;
    int file = (int)((long (*)(const char *, int, ...))dlsym(RTLD_NEXT, "open"))(path, O_RDWR | O_CLOEXEC);
    if (file < 0) return NULL;
    void *mapped = mmap(NULL, sizeof(struct plan), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    close(file);
    if (mapped != MAP_FAILED) shared = mapped;
    return shared;
}

static int fails(const char *call, const char *path) {
    struct plan *now = plan();
    if (!now || !now->folder[0] || strncmp(path, now->folder, strlen(now->folder))) return 0;
    if (__atomic_add_fetch(&now->calls, 1, __ATOMIC_SEQ_CST) != now->at) return 0;
    snprintf(now->failed, PATH, "%s %s", call, path);
    if (!now->error) kill(getpid(), SIGKILL);
    errno = (int)now->error;
    return 1;
}

static int fails_at(const char *call, int folder, const char *path) {
    char link[64], whole[2 * PATH];
    ssize_t size = 0;
    if (path && path[0] == '/') return fails(call, path);
    if (folder == AT_FDCWD) {
        if (!getcwd(whole, PATH)) return 0;
        size = (ssize_t)strlen(whole);
    } else {
        snprintf(link, sizeof link, "/proc/self/fd/%d", folder);
        size = readlink(link, whole, PATH - 1);
        if (size < 0) return 0;
    }
    if (path) snprintf(whole + size, sizeof whole - (size_t)size, "/%s", path);
    else whole[size] = 0;
    return fails(call, whole);
}

#define OPENS(name) \
    int name(const char *path, int flags, ...) { \
        va_list more; va_start(more, flags); mode_t mode = va_arg(more, mode_t); va_end(more); \
        if (fails_at("open", AT_FDCWD, path)) return -1; \
        REAL(name); return real(path, flags, mode); }
#define OPENS_AT(name) \
    int name(int folder, const char *path, int flags, ...) { \
        va_list more; va_start(more, flags); mode_t mode = va_arg(more, mode_t); va_end(more); \
        if (fails_at("open", folder, path)) return -1; \
        REAL(name); return real(folder, path, flags, mode); }
OPENS(open)
OPENS(open64)
OPENS_AT(openat)
OPENS_AT(openat64)

#define WRITES(name, parameters, arguments) \
    ssize_t name parameters { if (fails_at("write", file, NULL)) return -1; REAL(name); return real arguments; }
WRITES(write, (int file, const void *from, size_t size), (file, from, size))
WRITES(pwrite, (int file, const void *from, size_t size, off_t at), (file, from, size, at))
WRITES(pwrite64, (int file, const void *from, size_t size, off64_t at), (file, from, size, at))
WRITES(writev, (int file, const struct iovec *from, int count), (file, from, count))

#define ON_FILE(name) int name(int file) { if (fails_at("fsync", file, NULL)) return -1; REAL(name); return real(file); }
ON_FILE(fsync)
ON_FILE(fdatasync)

#define ON_PATH(name, call, parameters, folder, path, arguments) \
    int name parameters { if (fails_at(call, folder, path)) return -1; REAL(name); return real arguments; }
ON_PATH(rename, "rename", (const char *from, const char *to), AT_FDCWD, from, (from, to))
ON_PATH(renameat, "rename", (int a, const char *from, int b, const char *to), a, from, (a, from, b, to))
ON_PATH(link, "link", (const char *from, const char *to), AT_FDCWD, to, (from, to))
ON_PATH(linkat, "link", (int a, const char *from, int b, const char *to, int flags), b, to, (a, from, b, to, flags))
ON_PATH(mkdir, "mkdir", (const char *path, mode_t mode), AT_FDCWD, path, (path, mode))
ON_PATH(mkdirat, "mkdir", (int folder, const char *path, mode_t mode), folder, path, (folder, path, mode))
ON_PATH(unlink, "unlink", (const char *path), AT_FDCWD, path, (path))
ON_PATH(unlinkat, "unlink", (int folder, const char *path, int flags), folder, path, (folder, path, flags))
ON_PATH(rmdir, "rmdir", (const char *path), AT_FDCWD, path, (path))
