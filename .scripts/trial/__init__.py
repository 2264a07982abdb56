"""Ferry tried out as a whole: the real program on a scratch vault and repository, with a model that answers from a script."""
