#include "config/choices.h"

namespace descent::config {

constexpr Choice optimizers[] = {
    {OptimizerName::sgd, "sgd",
     "stochastic gradient descent with optional momentum; weight decay is added to the gradient",
     "Sutskever et al. 2013"},
    {OptimizerName::adam, "adam", "adaptive moment estimation; weight decay is added to the gradient",
     "Kingma and Ba 2015"},
    {OptimizerName::adamw, "adamw", "Adam with decoupled weight decay", "Loshchilov and Hutter 2019"},
};
Choices choices_of(OptimizerName) { return {"optimizer", optimizers}; }

constexpr Choice decays[] = {
    {DecayOn::all, "all", "all parameters", "Krogh and Hertz 1991"},
    {DecayOn::weights, "weights", "only weights of linear layers and convolutions; not biases, gamma and beta",
     "He et al. 2019"},
};
Choices choices_of(DecayOn) { return {"decay", decays}; }

// Phi [n, p]: features of the training examples, Y [n, outputs]: their targets, W [p, outputs]: the readout.
constexpr Choice solvers[] = {
    {SolverKind::optimizer, "optimizer", "iterative training by train.optimizer"},
    {SolverKind::least_squares, "least_squares",
     "minimizes |Phi W - Y|^2; if the minimum is not unique, the W of minimum norm, to which gradient descent from 0 "
     "converges",
     "Hastie et al. 2019, \"Surprises in high-dimensional ridgeless least squares interpolation\""},
    {SolverKind::ridge, "ridge", "minimizes |Phi W - Y|^2 + lambda |W|^2, sums over examples and outputs",
     "Hoerl and Kennard 1970"},
    {SolverKind::gradient_descent, "gradient_descent",
     "W after t steps of gradient descent from W = 0 on all examples, in closed form: 1 - (1 - lr r)^t times the "
     "least-squares solution along each eigenvector of the Hessian with eigenvalue r",
     "Bishop and Bishop 2023, \"Deep Learning\", section 9.3.1"},
};
Choices choices_of(SolverKind) { return {"solver", solvers}; }

constexpr Choice schedules[] = {
    {ScheduleKind::constant, "constant", "lr"},
    {ScheduleKind::step, "step", "lr * factor^floor(t / every)", "He et al. 2016"},
    {ScheduleKind::multistep, "multistep", "lr * factor^(number of milestones reached)", "He et al. 2016"},
    {ScheduleKind::cosine, "cosine",
     "from lr to minimum_lr along half a cosine period over the whole training, updated after every step",
     "Loshchilov and Hutter 2017"},
    {ScheduleKind::exponential, "exponential", "lr * factor^t; t counts whole epochs or steps"},
};
Choices choices_of(ScheduleKind) { return {"schedule", schedules}; }

constexpr Choice units[] = {
    {DurationUnit::epochs, "epochs", "passes over the training set"},
    {DurationUnit::steps, "steps", "updates of the weights"},
};
Choices choices_of(DurationUnit) { return {"unit", units}; }

constexpr Choice losses[] = {
    {LossKind::cross_entropy, "cross_entropy", "-log softmax of the true class, mean over examples", "Bridle 1990"},
    {LossKind::mse, "mse", "mean squared error of the real target or the one-hot label, over examples and outputs",
     "Hui and Belkin 2021"},
};
Choices choices_of(LossKind) { return {"loss", losses}; }

constexpr Choice monitors[] = {
    {Monitor::none, "none", "no early stopping"},
    {Monitor::val_loss, "val_loss", "loss on the validation examples", "Prechelt 1998"},
    {Monitor::val_error, "val_error", "fraction of misclassified validation examples", "Prechelt 1998"},
    {Monitor::train_loss, "train_loss", "loss on the training examples"},
    {Monitor::train_error, "train_error", "fraction of misclassified training examples"},
};
Choices choices_of(Monitor) { return {"monitored value", monitors}; }

constexpr Choice restores[] = {
    {Restore::best, "best", "weights with the best monitored value", "Prechelt 1998"},
    {Restore::last, "last", "weights after the last step"},
};
Choices choices_of(Restore) { return {"choice of weights", restores}; }

constexpr Choice splits[] = {
    {Split::train, "train", "training examples, with noisy labels"},
    {Split::val, "val", "validation examples, with noisy labels unless label_noise.on_val is false"},
    {Split::test, "test", "test examples, with clean labels unless label_noise.on_test is true"},
};
Choices choices_of(Split) { return {"split", splits}; }

}  // namespace descent::config
