#include "store/columns.h"

#include <gtest/gtest.h>

#include <limits>
#include <set>

#include "core/text.h"

namespace descent::store {
namespace {

TEST(columns, of_the_curves_are_these_in_this_order) {
  EXPECT_EQ(column_names(curve_columns()),
            "epoch,step,train_loss,train_error,val_loss,val_error,test_loss,test_error,lr,weight_norm,"
            "gradient_norm");
}

TEST(columns, of_the_summary_are_these_in_this_order) {
  EXPECT_EQ(column_names(summary_columns()),
            "parameters,state,diverged_step,"
            "final_epoch,final_step,final_train_loss,final_train_error,final_val_loss,final_val_error,"
            "final_test_loss,final_test_error,final_weight_norm,"
            "best_epoch,best_step,best_train_loss,best_train_error,best_val_loss,best_val_error,best_test_loss,"
            "best_test_error,"
            "stopped_epoch,stopped_step,stopped_reason,stopped_train_loss,stopped_train_error,stopped_val_loss,"
            "stopped_val_error,stopped_test_loss,stopped_test_error,"
            "restored_epoch,restored_step,restored_train_loss,restored_train_error,restored_val_loss,"
            "restored_val_error,restored_test_loss,restored_test_error,"
            "val_loss_stopped_epoch,val_loss_stopped_test_loss,val_loss_stopped_test_error,"
            "val_loss_restored_epoch,val_loss_restored_test_loss,val_loss_restored_test_error,"
            "val_error_stopped_epoch,val_error_stopped_test_loss,val_error_stopped_test_error,"
            "val_error_restored_epoch,val_error_restored_test_loss,val_error_restored_test_error,"
            "min_test_loss,min_test_loss_epoch,min_test_error,min_test_error_epoch");
}

TEST(columns, have_help) {
  for (const auto& column : curve_columns()) EXPECT_FALSE(column.help.empty()) << column.name;
  for (const auto& column : summary_columns()) EXPECT_FALSE(column.help.empty()) << column.name;
  EXPECT_EQ(column_help("final_test_error"),
            "fraction of misclassified test examples, 1 - accuracy, at the last evaluation");
  EXPECT_EQ(column_help("accuracy"), "");
}

TEST(columns, of_the_probes_are_these_in_this_order) {
  EXPECT_EQ(column_names(probe_columns()), "epoch,step,probe,layer,value");
}

TEST(columns, each_have_a_name_of_their_own) {
  std::set<std::string> names;
  for (const auto& column : summary_columns()) EXPECT_TRUE(names.insert(column.name).second) << column.name;
}

TEST(columns, read_the_field_they_are_named_after) {
  Summary row;
  row.best.emplace().metrics.val_error = 0.25;
  row.early_stopping.restored.emplace().step = 7;
  row.min_test_loss_epoch = 3;
  EXPECT_EQ(summary_columns()[column_at(summary_columns(), "best_val_error")].get(row), "0.25");
  EXPECT_EQ(summary_columns()[column_at(summary_columns(), "restored_step")].get(row), "7");
  EXPECT_EQ(summary_columns()[column_at(summary_columns(), "min_test_loss_epoch")].get(row), "3");
  EXPECT_EQ(summary_columns()[column_at(summary_columns(), "final_val_error")].get(row), "");
}

// The names of the columns that are written of an experiment of one point.
std::string written(Table table, const config::Experiment& experiment) {
  plan::Plan plan;
  plan.points.push_back({{}, experiment});
  const std::vector<std::string> names = core::split(column_names(table), ',');
  const std::vector<bool> columns = written_columns(table, plan);
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i)
    if (columns[i]) text += (text.empty() ? "" : ",") + names[i];
  return text;
}

TEST(columns, are_written_where_the_experiment_can_fill_them) {
  config::Experiment experiment;  // of class labels, with test examples, without validation and early stopping
  EXPECT_EQ(written(Table::curves, experiment),
            "epoch,step,train_loss,train_error,test_loss,test_error,lr,weight_norm,gradient_norm");
  EXPECT_EQ(written(Table::summary, experiment),
            "parameters,state,diverged_step,final_epoch,final_step,final_train_loss,final_train_error,"
            "final_test_loss,final_test_error,final_weight_norm,"
            "min_test_loss,min_test_loss_epoch,min_test_error,min_test_error_epoch");
  experiment.train.evaluate.splits = {config::Split::train};
  EXPECT_EQ(written(Table::curves, experiment), "epoch,step,train_loss,train_error,lr,weight_norm,gradient_norm");
  EXPECT_EQ(written(Table::summary, experiment),
            "parameters,state,diverged_step,final_epoch,final_step,final_train_loss,final_train_error,"
            "final_weight_norm");
  experiment.train.evaluate.splits = {};
  experiment.data.val_size = 100;
  experiment.train.early_stopping.monitor = config::Monitor::val_loss;
  EXPECT_EQ(written(Table::summary, experiment), column_names(Table::summary));
  experiment = {};
  experiment.data.name = config::DataName::sinusoid;
  experiment.train.solver.kind = config::SolverKind::ridge;
  EXPECT_EQ(written(Table::curves, experiment), "epoch,step,train_loss,test_loss,weight_norm");
  EXPECT_EQ(written(Table::probes, experiment), column_names(Table::probes));
}

TEST(columns, write_cells_as_the_shortest_text_that_reads_back) {
  EXPECT_EQ(cell(std::optional<double>()), "");
  EXPECT_EQ(cell(std::int64_t{12}), "12");
  EXPECT_EQ(cell(0.1), "0.1");
  EXPECT_EQ(cell(std::numeric_limits<double>::infinity()), "inf");
  EXPECT_EQ(cell("done"), "done");
}

}  // namespace
}  // namespace descent::store
