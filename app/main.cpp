#include "app/cli/program.hpp"

#include <exception>
#include <iostream>

int main(int argc, char** argv) {
  try {
    return postroom::app::cli::run_program(argc, argv);
  } catch (const std::exception& e) {
    std::cerr << "postroom: " << e.what() << "\n";
    return 1;
  }
}
