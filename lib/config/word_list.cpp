// What other programs call our keys and choices.

#include "config/words.h"
#include "core/text.h"

namespace descent::config {

// A key and, for a choice, its name; the words for it. Without a key: advice, and the words that it is for.
struct Synonyms {
  std::string_view path, choice, words;
};
constexpr Synonyms synonyms[] = {
    {"train.optimizer.lr", "", "learningrate learningrateinit initiallr eta"},
    {"train.optimizer.weight_decay", "", "l2 l2reg wd"},
    {"train.optimizer.momentum", "", "momentum"},
    {"train.optimizer.betas", "", "beta1 beta2"},
    {"train.optimizer", "", "optim"},
    {"model.hidden", "", "hiddensizes hiddenlayersizes hiddenlayers hiddenunits hiddendims layersizes widths layers"},
    {"model.width", "", "hiddendim hiddensize nhidden numhidden units neurons numunits"},
    {"model.depth", "", "layers nlayers numlayers nhiddenlayers numhiddenlayers"},
    {"model.channels", "", "filters nfilters outchannels"},
    {"model.kernels", "", "kernelsize kernelsizes"},
    {"model.strides", "", "stride"},
    {"model.kind", "", "architecture arch network"},
    {"model.dropout", "", "dropoutrate dropoutprob"},
    {"model.residual", "", "skipconnections"},
    {"model.norm", "", "norm normalization"},
    {"data.normalize", "", "normalization"},
    {"model.norm", "batch", "bn batchnorm batchnorm1d batchnorm2d batchnormalization"},
    {"model.norm", "layer", "ln layernorm layernormalization"},
    {"model.norm", "rms", "rmsnorm"},
    {"model.norm", "group", "gn groupnorm"},
    {"model.init", "", "initializer initialization weightinit kernelinitializer"},
    {"model.init", "he_normal", "he kaiming kaimingnormal"},
    {"model.init", "he_uniform", "kaiminguniform"},
    {"model.init", "xavier_normal", "glorot glorotnormal xavier"},
    {"model.init", "xavier_uniform", "glorotuniform"},
    {"model.init", "lecun_normal", "lecun"},
    {"model.activation", "", "act activationfunction nonlinearity"},
    {"model.activation", "silu", "swish"},
    {"model.activation", "identity", "linear"},
    {"model.kind", "linear_model", "linear"},
    {"model.kind", "mlp", "dense fc feedforward"},
    {"model.kind", "cnn", "conv convnet"},
    {"model.kind", "resnet", "resnet18 resnet20"},
    {"model.kind", "mixture_of_experts", "moe"},
    {"train.schedule", "", "scheduler lrscheduler lrschedule"},
    {"train.schedule", "cosine", "cosineannealing cosineannealinglr"},
    {"train.schedule", "step", "steplr"},
    {"train.schedule", "multistep", "multisteplr"},
    {"train.schedule", "exponential", "exponentiallr"},
    {"train.epochs", "", "epoch numepochs nepochs maxepochs"},
    {"train.steps", "", "iterations numsteps maxsteps"},
    {"train.batch_size", "", "bs batch minibatchsize"},
    {"train.loss", "", "criterion lossfn lossfunction"},
    {"train.loss", "cross_entropy", "ce nll crossentropyloss"},
    {"train.loss", "mse", "mseloss squarederror meansquarederror"},
    {"train.clip_gradient_norm", "",
     "gradclip gradclipnorm gradientclipping gradientclipval clipgradnorm clipnorm maxgradnorm"},
    {"train.max_norm", "", "kernelconstraint maxnormconstraint"},
    {"train.early_stopping", "", "earlystop"},
    {"train.early_stopping", "val_error", "valacc valaccuracy accuracy"},
    {"", "errors are recorded, 1 - accuracy: see descent list columns", "accuracy acc testaccuracy"},
    {"", "losses and errors are always recorded: see descent list columns", "metrics"},
    {"", "regressions record test_rmse, test_mae, test_r2, and those of val and train", "rmse mae r2"},
    {"data", "", "dataset"},
    {"data", "idx", "mnist"},
    {"data", "mnist1d", "mnist"},
    {"data", "fashion_mnist", "fmnist"},
    {"data.path", "", "file filename datapath datadir csv"},
    {"data", "csv", "csv"},
    {"data.label_column", "", "target targetcolumn label y"},
    {"data.columns", "", "usecols featurecolumns"},
    {"data.ignore", "", "drop dropcolumns exclude"},
    {"data.categorical", "", "onehot categoricalcolumns"},
    {"data.missing", "", "navalues"},
    {"data.missing", "mean", "fillna impute"},
    {"data.missing", "drop", "dropna"},
    {"data.separator", "", "delimiter sep"},
    {"data.separator", "semicolon", ";"},
    {"data.separator", "comma", ","},
    {"data.separator", "tab", "\t"},
    {"data.test_fraction", "", "testsplit testratio"},
    {"", "training examples are drawn in random order; data.subset chooses the parts", "shuffle"},
    {"", "the sizes of inputs and outputs follow from the data",
     "numclasses inputdim inputsize inputshape outputdim outputsize"},
    {"data.header", "", "hasheader skiprows"},
    {"data.layout", "", "dataformat"},
    {"data.layout", "channels_last", "channelslast nhwc"},
    {"data.layout", "channels_first", "nchw"},
    {"data.normalize_targets", "", "targetscaler standardizetargets normalizey normalizelabels"},
    {"data.val_fraction", "", "valsplit valratio validationsplit validationfraction"},
    {"data.val_size", "", "validationsize"},
    {"data.augmentation", "", "augment dataaugmentation"},
    {"data.normalize", "standard", "standardize zscore"},
    {"seeds", "", "seed randomseed randomstate numseeds repeats"},
    {"device", "cuda", "gpu"},
    {"device", "", "accelerator"},
    {"precision", "", "dtype"},
    {"precision", "float32", "float fp32"},
    {"precision", "bf16", "fp16 half"},
    {"precision", "float64", "double fp64"},
};

const std::vector<Word>& foreign_words() {
  static const std::vector<Word> all = [] {
    std::vector<Word> words;
    for (const auto& [path, choice, list] : synonyms)
      for (std::string& word : core::split(list, ' ')) words.push_back({std::move(word), path, choice});
    return words;
  }();
  return all;
}

}  // namespace descent::config
