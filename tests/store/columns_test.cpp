#include "store/columns.h"

#include <gtest/gtest.h>

#include <limits>
#include <set>

#include "core/text.h"

namespace descent::store {
namespace {

TEST(columns, of_the_curves_are_these_in_this_order) {
  EXPECT_EQ(column_names(curve_columns()),
            "epoch,step,"
            "train_loss,train_error,train_rmse,train_mae,train_r2,"
            "val_loss,val_error,val_rmse,val_mae,val_r2,"
            "test_loss,test_error,test_rmse,test_mae,test_r2,"
            "lr,weight_norm,gradient_norm");
}

TEST(columns, of_the_summary_are_these_in_this_order) {
  EXPECT_EQ(column_names(summary_columns()),
            "parameters,state,diverged_step,"
            "final_epoch,final_step,"
            "final_train_loss,final_train_error,final_train_rmse,final_train_mae,final_train_r2,"
            "final_val_loss,final_val_error,final_val_rmse,final_val_mae,final_val_r2,"
            "final_test_loss,final_test_error,final_test_rmse,final_test_mae,final_test_r2,"
            "final_weight_norm,"
            "best_epoch,best_step,"
            "best_train_loss,best_train_error,best_train_rmse,best_train_mae,best_train_r2,"
            "best_val_loss,best_val_error,best_val_rmse,best_val_mae,best_val_r2,"
            "best_test_loss,best_test_error,best_test_rmse,best_test_mae,best_test_r2,"
            "stopped_epoch,stopped_step,stopped_reason,"
            "stopped_train_loss,stopped_train_error,stopped_train_rmse,stopped_train_mae,stopped_train_r2,"
            "stopped_val_loss,stopped_val_error,stopped_val_rmse,stopped_val_mae,stopped_val_r2,"
            "stopped_test_loss,stopped_test_error,stopped_test_rmse,stopped_test_mae,stopped_test_r2,"
            "restored_epoch,restored_step,"
            "restored_train_loss,restored_train_error,restored_train_rmse,restored_train_mae,restored_train_r2,"
            "restored_val_loss,restored_val_error,restored_val_rmse,restored_val_mae,restored_val_r2,"
            "restored_test_loss,restored_test_error,restored_test_rmse,restored_test_mae,restored_test_r2,"
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

TEST(columns, have_different_names) {
  std::set<std::string> names;
  for (const auto& column : summary_columns()) EXPECT_TRUE(names.insert(column.name).second) << column.name;
}

TEST(columns, read_the_field_they_are_named_after) {
  Summary row;
  row.best.emplace().metrics.val.error = 0.25;
  row.early_stopping.restored.emplace().step = 7;
  row.min_test_loss_epoch = 3;
  EXPECT_EQ(summary_columns()[column_at(summary_columns(), "best_val_error")].get(row), "0.25");
  EXPECT_EQ(summary_columns()[column_at(summary_columns(), "restored_step")].get(row), "7");
  EXPECT_EQ(summary_columns()[column_at(summary_columns(), "min_test_loss_epoch")].get(row), "3");
  EXPECT_EQ(summary_columns()[column_at(summary_columns(), "final_val_error")].get(row), "");
}

TEST(columns, have_the_root_mean_squared_error_only_for_regression) {
  const auto cell_of = [](const Evaluation& row) {
    return curve_columns()[column_at(curve_columns(), "test_rmse")].get(row);
  };
  Evaluation row;
  row.metrics.test.loss = 6.25;
  EXPECT_EQ(cell_of(row), "");
  row.metrics.test.mae = 2;
  EXPECT_EQ(cell_of(row), "2.5");
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

TEST(columns, are_written_if_the_experiment_can_fill_them) {
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
  std::vector<std::string> of_classes = core::split(column_names(Table::summary), ',');
  std::erase_if(of_classes, [](const std::string& name) {
    return name.ends_with("_rmse") || name.ends_with("_mae") || name.ends_with("_r2");
  });
  EXPECT_EQ(written(Table::summary, experiment), core::join(of_classes, ","));
  experiment = {};
  experiment.data.name = config::DataName::sinusoid;
  experiment.train.solver.kind = config::SolverKind::ridge;
  EXPECT_EQ(written(Table::curves, experiment),
            "epoch,step,train_loss,train_rmse,train_mae,train_r2,test_loss,test_rmse,test_mae,test_r2,weight_norm");
  EXPECT_EQ(written(Table::probes, experiment), column_names(Table::probes));
}

TEST(columns, write_numbers_as_the_shortest_text_that_parses_to_them) {
  EXPECT_EQ(cell(std::optional<double>()), "");
  EXPECT_EQ(cell(std::int64_t{12}), "12");
  EXPECT_EQ(cell(0.1), "0.1");
  EXPECT_EQ(cell(std::numeric_limits<double>::infinity()), "inf");
  EXPECT_EQ(cell("done"), "done");
}

}  // namespace
}  // namespace descent::store
