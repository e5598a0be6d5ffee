# cmake -D FOLDER=... -D OUTPUT=... -P EmbedPage.cmake: page.html of the folder, with each @FILE@ replaced by that file
# of the folder, as a C++ string.
file(READ ${FOLDER}/page.html page)
file(GLOB parts RELATIVE ${FOLDER} ${FOLDER}/*.css ${FOLDER}/*.js)
foreach(part ${parts})
  file(READ ${FOLDER}/${part} text)
  string(REPLACE "@${part}@" "${text}" page "${page}")
endforeach()
file(WRITE ${OUTPUT} "#include \"cli/report.h\"\n\nconst char* const convoy::cli::kReportTemplate = R\"page(${page})page\";\n")
