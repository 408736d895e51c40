# Writes vega.js, the JavaScript for charts, if PYTHON has the package vl-convert-python.
if(EXISTS ${OUTPUT} AND NOT ${SCRIPT} IS_NEWER_THAN ${OUTPUT} AND NOT ${NOTICES} IS_NEWER_THAN ${OUTPUT})
  return()
endif()
execute_process(COMMAND ${PYTHON} ${SCRIPT} ${NOTICES} ${OUTPUT} RESULT_VARIABLE result OUTPUT_QUIET ERROR_QUIET)
if(NOT result EQUAL 0)
  message(STATUS "${PYTHON} has no vl-convert-python: descent report will not work")
endif()
