// A program of someone else: links libfadu-decide by its header alone, and decides in several threads by one model.
#include <fadu-decide.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

enum { THREADS = 4, TIMES = 2000 };
static fadu_model *model;

static void *decide_often(void *wrong)
{
    for (int i = 0; i < TIMES; i++) {
        char *result = fadu_decide(model, "处罚裁量", i % 2 ? "{\"违法次数\": 3}" : "{\"违法次数\": 9}", NULL);
        if (!result || strcmp(result, i % 2 ? "\"一般处罚\"" : "\"从重处罚\"") != 0) ++*(int *)wrong;
        fadu_free(result);
    }
    return NULL;
}

int main(int argc, char **argv)
{
    char *said = NULL;
    pthread_t threads[THREADS];
    int wrong[THREADS] = {0}, sum = 0;
    model = fadu_model_load_file(argc > 1 ? argv[1] : "", &said);
    if (!model) {
        fputs(said ? said : "", stderr);
        fadu_free(said);
        return 1;
    }
    for (int i = 0; i < THREADS; i++) pthread_create(&threads[i], NULL, decide_often, &wrong[i]);
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        sum += wrong[i];
    }
    char *why = fadu_explain(model, "处罚裁量", "{\"违法次数\": 2}", NULL), *list = fadu_model_list(model), *none = fadu_decide(model, "没有", NULL, &said);
    printf("%d wrong\n%s\n%s\n%s%s", sum, why, list, none ? none : "NULL ", said);
    fadu_free(why);
    fadu_free(list);
    fadu_free(said);
    fadu_model_free(model);
    return sum != 0;
}
