// For a front end that needs the model of another widget, which its page may not have yet.

const PATIENCE = 50; // tries, a fifth of a second each

async function find(model, id) {
  for (let i = 0; ; i++) {
    try {
      return await model.widget_manager.get_model(id);
    } catch (error) {
      if (i >= PATIENCE) throw error;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
}
