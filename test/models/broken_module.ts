// A module that can't be loaded, for tests of the ModelManager.
throw new Error("out of order");
