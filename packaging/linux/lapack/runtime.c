/* What the functions of packaging/lapack.py ask of Fortran's runtime library and of its printing: with these few there is
 * no need of libgfortran and libquadmath, which are larger than what is taken of LAPACK.
 * INTEGER: int32_t or int64_t, as LAPACK was built. */
#include <math.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* BLAS and LAPACK call these two where a caller's argument makes no sense, and go on as the caller's error says. */
void xerbla_(const char *routine, const INTEGER *place, size_t length)
{
    fprintf(stderr, "%.*s: argument %lld has an illegal value\n", (int)length, routine, (long long)*place);
}

void cblas_xerbla(INTEGER place, const char *routine, const char *form, ...)
{
    va_list values;
    va_start(values, form);
    fprintf(stderr, "%s: argument %lld has an illegal value. ", routine, (long long)place);
    vfprintf(stderr, form, values);
    va_end(values);
}

float _gfortran_pow_r4_i4(float base, int32_t power) { return powf(base, (float)power); }
float _gfortran_pow_r4_i8(float base, int64_t power) { return powf(base, (float)power); }
double _gfortran_pow_r8_i4(double base, int32_t power) { return pow(base, (double)power); }
double _gfortran_pow_r8_i8(double base, int64_t power) { return pow(base, (double)power); }

/* joined = first // second, cut or filled with blanks to its size. */
void _gfortran_concat_string(size_t size, char *joined, size_t first_size, const char *first, size_t second_size,
                             const char *second)
{
    size_t taken = first_size < size ? first_size : size;
    size_t rest = second_size < size - taken ? second_size : size - taken;
    memmove(joined, first, taken);
    memmove(joined + taken, second, rest);
    memset(joined + taken + rest, ' ', size - taken - rest);
}
