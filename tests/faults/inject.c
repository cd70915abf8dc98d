/* A library that is loaded before the C library, and has the N-th call on files of one folder fail.

   cc -shared -fPIC -O1 -o inject.so inject.c -ldl

   In the environment: INJECT_ROOT, the folder; INJECT_COUNTER, a file of 4096 bytes that all processes count in, and
   that begins with the number of calls and ends with the name of the one that failed; INJECT_AT, its number, 0 for
   none; INJECT_ERRNO, its error, 0 for a read or write of half of what was asked for. Or `inject_arm` from within. */

#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

struct shared { long calls; char hit[4000]; };
static struct shared own, *shared = &own;
static char root[4096];
static long at;
static int error;
static char inside[65536]; /* which descriptors are of files of the folder */

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

void inject_arm(const char *folder, long number, int which) {
    memset(inside, 0, sizeof inside);
    shared->calls = 0; shared->hit[0] = 0;
    at = number; error = which;
    snprintf(root, sizeof root, "%s", folder);
}
long inject_calls(void) { return shared->calls; }
const char *inject_hit(void) { return shared->hit; }

__attribute__((constructor)) static void begin(void) {
    const char *folder = getenv("INJECT_ROOT"), *counter = getenv("INJECT_COUNTER");
    if (!folder || !counter) return;
    int file = REAL(open)(counter, O_RDWR);
    void *found = file < 0 ? MAP_FAILED : mmap(0, sizeof own, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (found == MAP_FAILED) return;
    shared = found; /* goes on where other processes are */
    REAL(close)(file);
    at = atol(getenv("INJECT_AT") ?: "0"); error = atoi(getenv("INJECT_ERRNO") ?: "0");
    snprintf(root, sizeof root, "%s", folder);
}

static int of_path(const char *path) {
    if (!root[0] || !path) return 0;
    if (path[0] == '/') return !strncmp(path, root, strlen(root));
    char here[4096]; /* a path within the folder where the process stands */
    return getcwd(here, sizeof here) && !strncmp(here, root, strlen(root));
}
static int of_file(int file) { return root[0] && file > 2 && file < (int)sizeof inside && inside[file]; }

/* Counts a call; 1 where it is the one that goes wrong. */
static int goes_wrong(const char *call, const char *path) {
    long number = __atomic_add_fetch(&shared->calls, 1, __ATOMIC_SEQ_CST);
    if (number != at) return 0;
    snprintf(shared->hit, sizeof shared->hit, "%s %s", call, path ? path : "");
    if (error) errno = error;
    return 1;
}
#define FAIL_PATH(call, path, value) if (of_path(path) && error && goes_wrong(call, path)) return value
#define FAIL_FILE(call, file, value) if (of_file(file) && error && goes_wrong(call, 0)) return value

static int opened(int file, const char *path) {
    if (file >= 0 && file < (int)sizeof inside) inside[file] = of_path(path);
    return file;
}
#define OPEN(name) \
    int name(const char *path, int flags, ...) { \
        va_list more; va_start(more, flags); mode_t mode = va_arg(more, mode_t); va_end(more); \
        FAIL_PATH(#name, path, -1); \
        return opened(REAL(name)(path, flags, mode), path); }
OPEN(open)
OPEN(open64)
#define OPENAT(name) \
    int name(int folder, const char *path, int flags, ...) { \
        va_list more; va_start(more, flags); mode_t mode = va_arg(more, mode_t); va_end(more); \
        FAIL_PATH(#name, path, -1); \
        return opened(REAL(name)(folder, path, flags, mode), path); }
OPENAT(openat)
OPENAT(openat64)

/* Half of it where no error is wanted: allowed to any read or write, and seldom met. */
#define MOVE(name, type, ...) \
    if (!of_file(file)) return REAL(name)(file, data, __VA_ARGS__); \
    if (goes_wrong(#name, 0)) { if (error) return -1; if (size > 1) size /= 2; } \
    return REAL(name)(file, data, __VA_ARGS__);
ssize_t read(int file, void *data, size_t size) { MOVE(read, void, size) }
ssize_t write(int file, const void *data, size_t size) { MOVE(write, const void, size) }
ssize_t pread(int file, void *data, size_t size, off_t from) { MOVE(pread, void, size, from) }
ssize_t pread64(int file, void *data, size_t size, off64_t from) { MOVE(pread64, void, size, from) }
ssize_t pwrite(int file, const void *data, size_t size, off_t from) { MOVE(pwrite, const void, size, from) }
ssize_t pwrite64(int file, const void *data, size_t size, off64_t from) { MOVE(pwrite64, const void, size, from) }

int close(int file) {
    int counts = of_file(file), wrong = counts && error && goes_wrong("close", 0);
    if (counts) inside[file] = 0;
    int saved = errno, found = REAL(close)(file);
    if (!wrong) return found;
    errno = saved;
    return -1;
}
int fsync(int file) { FAIL_FILE("fsync", file, -1); return REAL(fsync)(file); }
int ftruncate(int file, off_t size) { FAIL_FILE("ftruncate", file, -1); return REAL(ftruncate)(file, size); }
int ftruncate64(int file, off64_t size) { FAIL_FILE("ftruncate", file, -1); return REAL(ftruncate64)(file, size); }
int fchmod(int file, mode_t mode) { FAIL_FILE("fchmod", file, -1); return REAL(fchmod)(file, mode); }
int fstat(int file, struct stat *found) { FAIL_FILE("fstat", file, -1); return REAL(fstat)(file, found); }
int fstat64(int file, struct stat64 *found) { FAIL_FILE("fstat", file, -1); return REAL(fstat64)(file, found); }
int stat(const char *path, struct stat *found) { FAIL_PATH("stat", path, -1); return REAL(stat)(path, found); }
int stat64(const char *path, struct stat64 *found) { FAIL_PATH("stat", path, -1); return REAL(stat64)(path, found); }
int lstat(const char *path, struct stat *found) { FAIL_PATH("lstat", path, -1); return REAL(lstat)(path, found); }
int lstat64(const char *path, struct stat64 *found) { FAIL_PATH("lstat", path, -1); return REAL(lstat64)(path, found); }
int rename(const char *from, const char *to) { FAIL_PATH("rename", to, -1); return REAL(rename)(from, to); }
int mkdir(const char *path, mode_t mode) { FAIL_PATH("mkdir", path, -1); return REAL(mkdir)(path, mode); }
int rmdir(const char *path) { FAIL_PATH("rmdir", path, -1); return REAL(rmdir)(path); }
int unlink(const char *path) { FAIL_PATH("unlink", path, -1); return REAL(unlink)(path); }
DIR *opendir(const char *path) { FAIL_PATH("opendir", path, NULL); return REAL(opendir)(path); }
ssize_t readlink(const char *path, char *to, size_t size) {
    FAIL_PATH("readlink", path, -1); return REAL(readlink)(path, to, size); }
