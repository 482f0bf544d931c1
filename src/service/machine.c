// Time, randomness and small files: what the edge brings in.
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "service/district.h"

timestamp machine_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (timestamp)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

bool machine_random(void *out, size_t size)
{
    char *at = out;
    while (size) {
        ssize_t n = getrandom(at, size, 0);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return false;
        at += n;
        size -= (size_t)n;
    }
    return true;
}

static bool write_all(int fd, str text)
{
    while (text.len) {
        ssize_t n = write(fd, text.data, (size_t)text.len);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return false;
        text.data += n;
        text.len -= n;
    }
    return true;
}

bool write_whole_file(const char *path, str text, int mode)
{
    char temporary[4096];
    if (snprintf(temporary, sizeof temporary, "%s.new", path) >= (int)sizeof temporary) return false;
    int fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
    if (fd < 0) return false;
    bool good = write_all(fd, text) && fsync(fd) == 0;
    good = close(fd) == 0 && good;
    good = good && rename(temporary, path) == 0;
    int why = errno;
    if (!good) unlink(temporary);
    errno = why;
    return good;
}

bool read_whole_file(const char *path, int64_t size_max, str *out, arena *a)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat st;
    if (fd < 0) return false;
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || st.st_size > size_max) {
        if (errno == 0 || st.st_size > size_max) errno = EFBIG;
        close(fd);
        return false;
    }
    char *text = arena_new(a, st.st_size + 1, char);
    ptrdiff_t len = 0;
    ssize_t n;
    while (len < st.st_size && (n = read(fd, text + len, (size_t)(st.st_size - len))) > 0) len += n;
    close(fd);
    *out = (str){text, len};
    return len == st.st_size;
}
